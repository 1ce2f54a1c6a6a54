/**
 * The command {@code culvert}. It knows the daemon's HTTP interface and nothing else of the daemon:
 * it also runs alone, on another machine. Here is what all of its verbs need.
 *
 * <pre>
 *   command → Session → Target → http.Api → the daemon
 *                     → output.Output
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client;

import org.jspecify.annotations.NullMarked;
