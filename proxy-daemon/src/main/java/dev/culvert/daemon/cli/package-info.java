/**
 * The command line of {@code culvertd}: flags, variables and file to settings, and what is wrong to
 * a sentence and an exit code. Only this package knows picocli.
 */
@NullMarked
package dev.culvert.daemon.cli;

import org.jspecify.annotations.NullMarked;
