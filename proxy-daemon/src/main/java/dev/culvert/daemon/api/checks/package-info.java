/**
 * Checks from the daemon's machine, and what that machine is like, over HTTP.
 *
 * <pre>
 *   CheckRoute → CheckRound → Checker (on a worker thread) → answer
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.checks;

import org.jspecify.annotations.NullMarked;
