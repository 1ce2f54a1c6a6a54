/**
 * The command line of {@code culvert}: one class for each verb, which asks the daemon and prints
 * the answer. It reads flags with picocli.
 */
@NullMarked
package dev.culvert.daemon.client.command;

import org.jspecify.annotations.NullMarked;
