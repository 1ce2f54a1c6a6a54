/**
 * What the daemon is told: records of records, checked when they are made. {@link
 * dev.culvert.daemon.config.DaemonSettings} is the whole; each record reads itself from its
 * section, which is where the names of its keys stand.
 */
@NullMarked
package dev.culvert.daemon.config;

import org.jspecify.annotations.NullMarked;
