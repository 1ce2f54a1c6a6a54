/**
 * The settings of the daemon: records of records, checked when they are created. {@link
 * dev.culvert.daemon.config.DaemonSettings} is the whole. Each record reads itself from its
 * section, and names its keys there.
 */
@NullMarked
package dev.culvert.daemon.config;

import org.jspecify.annotations.NullMarked;
