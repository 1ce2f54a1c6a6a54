/**
 * Server-sent events over a streaming answer.
 *
 * <pre>
 *   payload, a slice of the frame → SseStream: event:, id:, data: → http.BodyStream → socket
 * </pre>
 *
 * After a silence a comment is sent, so that neither proxies nor clients take the silence for an
 * end.
 */
@NullMarked
package dev.culvert.daemon.sse;

import org.jspecify.annotations.NullMarked;
