/**
 * {@code culvert logs}: the daemon's log, from the journal or from a file, all of it or what is
 * about an agent or an operation.
 */
@NullMarked
package dev.culvert.daemon.client.logs;

import org.jspecify.annotations.NullMarked;
