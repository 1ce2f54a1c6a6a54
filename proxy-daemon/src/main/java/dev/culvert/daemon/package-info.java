/**
 * The daemon: {@link dev.culvert.daemon.Daemon} puts it together.
 *
 * <pre>
 *   clients → http → routes → fleet, pool → agents
 *                       home ↗
 * </pre>
 */
@NullMarked
package dev.culvert.daemon;

import org.jspecify.annotations.NullMarked;
