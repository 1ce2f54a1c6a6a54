package dev.culvert.guest.runtime;

import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeTimeouts;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of the runtime, its key, what its requests contain, and the limits of its answers.
 *
 * @param base {@code http://host:port} and a path, if the runtime has one; a {@code /v1} at its end
 *     is optional
 * @param bearerKey null if the runtime needs none; never printed
 */
public record RuntimeSettings(
        URI base,
        @Nullable String bearerKey,
        RuntimeRequests requests,
        RuntimeTimeouts timeouts,
        RuntimeLimits limits) {

    private static final Pattern NATIVE =
            Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-\\d+\\): ");
    private static final int MAX_QUOTE_CHARS = 500;

    public RuntimeSettings {
        checkBase(base);
        if (bearerKey != null && !bearerKey.matches("[!-~]+")) {
            throw new IllegalArgumentException(
                    "the runtime's key is empty or has characters other than printable ASCII;"
                            + " check the file that --runtime-key-file names");
        }
    }

    private static void checkBase(URI base) {
        if (base.getRawUserInfo() != null
                || base.getRawQuery() != null
                || base.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the runtime's address must have no user, query or fragment; set the key with"
                            + " --runtime-key-file");
        }
        if ("https".equalsIgnoreCase(base.getScheme())) {
            throw new IllegalArgumentException(
                    "the runtime "
                            + base
                            + " is https, which the agent does not speak; set --runtime to the http://"
                            + " address of a runtime in this VM, or of a local proxy that does TLS");
        }
        if (!"http".equalsIgnoreCase(base.getScheme()) || base.getHost() == null) {
            throw new IllegalArgumentException(
                    "the runtime "
                            + base
                            + " is not an address; it must be http://HOST:PORT, such as"
                            + " http://127.0.0.1:8081");
        }
        if (base.getPort() == 0 || base.getPort() > 65535) {
            throw new IllegalArgumentException(
                    "the runtime's port is " + base.getPort() + "; it must be from 1 to 65535");
        }
    }

    int port() {
        return base.getPort() < 0 ? 80 : base.getPort();
    }

    /** The request target of this part of the API. */
    String target(String part) {
        return api() + part;
    }

    /** The path of the API, without a slash at its end. */
    private String api() {
        String path = base.getRawPath();
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path + (path.endsWith("/v1") ? "" : "/v1");
    }

    /**
     * A request for an answer.
     *
     * @param part of the API that is asked
     * @param headers besides those that are set here
     * @param content belongs to the request from now on
     */
    FullHttpRequest request(String part, Map<String, String> headers, ByteBuf content) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.POST, target(part), content);
        HttpHeaders all = request.headers();
        headers.forEach(all::set);
        all.set(HttpHeaderNames.HOST, base.getRawAuthority());
        all.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        all.set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        all.set(HttpHeaderNames.ACCEPT, "text/event-stream, application/json");
        all.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        if (bearerKey != null) {
            all.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + bearerKey);
        }
        return request;
    }

    /** A request for the list of models. */
    FullHttpRequest modelsRequest() {
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, api() + "/models");
        HttpHeaders all = request.headers();
        all.set(HttpHeaderNames.HOST, base.getRawAuthority());
        all.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        all.set(HttpHeaderNames.ACCEPT, HttpHeaderValues.APPLICATION_JSON);
        if (bearerKey != null) {
            all.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + bearerKey);
        }
        return request;
    }

    /** Makes foreign text safe to pass on: one short line without the key. */
    String quote(String words) {
        String kept = words;
        if (bearerKey != null) {
            kept = kept.replace(bearerKey, "***");
        }
        return Quoted.cut(kept.strip(), MAX_QUOTE_CHARS);
    }

    /** Makes the message of an exception safe to pass on, without the system call that failed. */
    String quote(Throwable cause) {
        String message = cause.getMessage();
        return quote(
                message == null
                        ? cause.getClass().getSimpleName()
                        : NATIVE.matcher(message).replaceFirst(""));
    }

    /** A time as errors tell it. */
    static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "RuntimeSettings["
                + base
                + ", "
                + (bearerKey == null ? "no key" : "a key")
                + ", "
                + timeouts
                + ", "
                + limits
                + "]";
    }
}
