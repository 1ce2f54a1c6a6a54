/**
 * {@code culvert explain KEY}: what a key of the daemon's settings is for. The keys stand in a file
 * that a test makes from the daemon's own code, and compares with it.
 */
@NullMarked
package dev.culvert.daemon.client.explain;

import org.jspecify.annotations.NullMarked;
