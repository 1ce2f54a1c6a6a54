package dev.culvert.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * A request to a server.
 *
 * @param path follows the path of the server's URL, and begins with a slash
 * @param headers besides Host and Content-Length
 * @param body may be empty; each call of {@link UpstreamServer#send} borrows it, so one request may
 *     be sent again
 */
public record UpstreamRequest(HttpMethod method, String path, HttpHeaders headers, ByteBuf body) {
    /** Without the values of the headers, one of which is a key. */
    @Override
    public String toString() {
        return method + " " + path + ", headers " + headers.names();
    }
}
