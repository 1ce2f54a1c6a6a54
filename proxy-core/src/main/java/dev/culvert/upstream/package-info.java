/**
 * A streaming client of HTTP/1.1, with TLS: what the provider sends is passed on as it arrives.
 *
 * <pre>
 *   UpstreamServer.send(request) → UpstreamCall → UpstreamConnection → socket
 *   socket → UpstreamConnection → UpstreamCall → UpstreamListener: onHead, onContent…, onEnd | onFailure
 * </pre>
 *
 * Each call belongs to one event loop, with the connections that it uses: a connection that has
 * served a call whole waits for the next call of its loop.
 */
@NullMarked
package dev.culvert.upstream;

import org.jspecify.annotations.NullMarked;
