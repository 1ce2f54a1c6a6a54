/**
 * Server-sent events over a streaming answer.
 *
 * <pre>
 *   payload, a slice of the frame → SseStream: event:, id:, data: → BodyStream → socket
 * </pre>
 *
 * A comment is sent into any silence, so that neither proxies nor clients take it for an end.
 */
@NullMarked
package dev.culvert.daemon.sse;

import org.jspecify.annotations.NullMarked;
