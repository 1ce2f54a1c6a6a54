/**
 * {@code culvert doctor}: looks for what keeps the daemon or its agents from working. Each {@link
 * dev.culvert.daemon.client.doctor.Inspection} looks at one thing of a {@link
 * dev.culvert.daemon.client.doctor.Site} and returns findings: fine, a warning, or a failure with
 * cause and fix. Safe fixes are {@link dev.culvert.daemon.client.doctor.Remedy remedies} that the
 * command can apply.
 */
@NullMarked
package dev.culvert.daemon.client.doctor;

import org.jspecify.annotations.NullMarked;
