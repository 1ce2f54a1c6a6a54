/** What the daemon is told: records of records, checked when they are made. */
@NullMarked
package dev.culvert.daemon.config;

import org.jspecify.annotations.NullMarked;
