/**
 * The command line of {@code culvertd}: reads flags, variables and the file, runs the daemon, and
 * turns mistakes into one sentence and an exit code. Only this package knows picocli.
 */
@NullMarked
package dev.culvert.daemon.cli;

import org.jspecify.annotations.NullMarked;
