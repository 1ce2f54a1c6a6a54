/**
 * The console: {@code culvert} without a verb, and the same language in scripts.
 *
 * <pre>
 * what was typed → Lines → Line → Dispatch → Commands (the verbs, in this process)
 *                                          → Speakers (the agent in use)
 *                                          → Shell
 * </pre>
 *
 * <p>{@code Interactive} reads lines at the terminal, {@code Script} from a file or an argument. It
 * knows no picocli: {@code client.command} tells it the verbs, and runs them.
 */
@NullMarked
package dev.culvert.daemon.client.console;

import org.jspecify.annotations.NullMarked;
