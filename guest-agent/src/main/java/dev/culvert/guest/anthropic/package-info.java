/**
 * Writes the request of an Anthropic-shaped runtime (the Messages API) from the body of a chat
 * completion. What cannot be said in that API is an error that names the member.
 *
 * <p>The body may be as large as a message, and the heap is small: values are copied from buffer to
 * buffer, and only short ones are ever text.
 *
 * <pre>
 * body of a chat completion → MessagesRequest ─┬─ Conversation → Parts
 *                                              ├─ Tools
 *                                              └─ Options            → body of a Messages request
 * </pre>
 */
@NullMarked
package dev.culvert.guest.anthropic;

import org.jspecify.annotations.NullMarked;
