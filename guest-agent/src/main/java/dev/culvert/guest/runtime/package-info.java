/**
 * The client of the LLM runtime on the VM's localhost. Runs on the event loop of the turn.
 *
 * <p>The body of a request goes in; text, tool calls and one end come out. The runtime is not
 * trusted: everything it sends has a limit, an answer that was cut short is a failure, and the name
 * of a tool call is told before any part of the call.
 *
 * <pre>
 * HttpRuntime → HttpGeneration → ConnectionPool → RuntimeConnection → socket
 *                     │                                  │ bytes of the body
 * GenerationListener ← CompletionTeller ← CompletionReader ← SseParser
 * </pre>
 */
@NullMarked
package dev.culvert.guest.runtime;

import org.jspecify.annotations.NullMarked;
