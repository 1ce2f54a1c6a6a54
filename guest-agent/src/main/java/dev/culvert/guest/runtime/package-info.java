/**
 * The client of the LLM runtime on the VM's localhost, on the event loop of the turn that asks.
 *
 * <p>A body goes in, and text, tool calls and one end come out. What comes from the runtime is read
 * with bounds and never believed: an answer that was cut short is a failure, and the name of a tool
 * call is told before any part of the call.
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
