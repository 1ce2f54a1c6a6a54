/**
 * Every agent that the daemon knows: where it is, what it is to be, and how it is. Read and changed
 * on any thread.
 */
@NullMarked
package dev.culvert.daemon.fleet;

import org.jspecify.annotations.NullMarked;
