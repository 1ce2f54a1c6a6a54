package dev.culvert.daemon.outgoing;

import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request to a server elsewhere.
 *
 * @param url of http or https
 * @param headers besides those that every request has
 * @param body empty if it has none
 * @param timeout for all of it, from the look-up to the end of the answer
 * @param mostBytes of the answer's body; what is beyond is not read
 */
public record OutgoingRequest(
        HttpMethod method,
        URI url,
        Map<String, String> headers,
        String body,
        Duration timeout,
        int mostBytes) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    public OutgoingRequest {
        url = URI.create(url.toASCIIString());
        headers = new LinkedHashMap<>(headers); // in their order
    }

    /** Whether it needs TLS. */
    public boolean isSecure() {
        return "https".equals(url.getScheme());
    }

    /** Without the brackets of an IPv6 address. */
    String host() {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return url.getPort() >= 0 ? url.getPort() : isSecure() ? HTTPS_PORT : HTTP_PORT;
    }

    String target() {
        String path =
                url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** For messages: the path and the query may be secrets. */
    public String origin() {
        return url.getScheme() + "://" + url.getRawAuthority();
    }
}
