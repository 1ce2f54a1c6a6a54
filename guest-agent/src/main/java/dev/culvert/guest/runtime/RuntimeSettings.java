package dev.culvert.guest.runtime;

import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Where the runtime is and what to bear from it.
 *
 * @param base {@code http://host:port}, with a path where the runtime has one; {@code /v1} may
 *     stand at its end or not
 * @param bearerKey null where the runtime wants none; never printed
 */
public record RuntimeSettings(
        URI base, @Nullable String bearerKey, Timeouts timeouts, Limits limits) {

    private static final int MAX_QUOTE_CHARS = 500;

    /**
     * How long to wait.
     *
     * @param connect for the runtime to accept a connection
     * @param idle for the next piece of its answer
     * @param keepAlive before an unused connection is closed
     */
    /*
     * Connecting, at two addresses, and idle together stay below the 60 s after which the host gives up
     * (timeouts.message), so that it is told which of the two was silent. keepAlive stays below the 5 s after which
     * common servers (uvicorn, Node, cpp-httplib) close: a request that meets such a close is lost.
     */
    public record Timeouts(Duration connect, Duration idle, Duration keepAlive) {

        private static final Duration LONGEST = Duration.ofDays(1);

        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(45), Duration.ofSeconds(4));

        public Timeouts {
            check("connect", connect);
            check("idle", idle);
            check("keepAlive", keepAlive);
        }

        private static void check(String name, Duration value) {
            if (value.toMillis() < 1 || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the runtime's "
                                + name
                                + " time-out is "
                                + value
                                + ", it takes 1 ms to 1 day");
            }
        }
    }

    /**
     * How much to take.
     *
     * @param responseBytes text and tool calls of one streamed answer together
     * @param eventBytes what comes in one piece: one event of the stream, all its lines together,
     *     or the body of a plain answer
     * @param idleConnections kept open for later, per event loop
     */
    public record Limits(int responseBytes, int eventBytes, int idleConnections) {

        public static final Limits DEFAULT = new Limits(8 << 20, 256 << 10, 8);

        public Limits {
            check("responseBytes", responseBytes, 1);
            check("eventBytes", eventBytes, 64);
            check("idleConnections", idleConnections, 0);
        }

        /** What may come of a stream without an event of the answer. */
        long idleBytes() {
            return 2L * eventBytes;
        }

        /** What may come of a stream, thoughts for example, without anything to tell. */
        long untoldBytes() {
            return 8L * responseBytes;
        }

        private static void check(String name, int value, int least) {
            if (value < least) {
                throw new IllegalArgumentException(
                        "the runtime's "
                                + name
                                + " is "
                                + value
                                + ", it takes "
                                + least
                                + " or more");
            }
        }
    }

    public RuntimeSettings {
        checkBase(base);
        if (bearerKey != null && !bearerKey.matches("[!-~]+")) {
            throw new IllegalArgumentException(
                    "the runtime's key is empty or has characters other than printable ASCII; look"
                            + " into the key file");
        }
    }

    private static void checkBase(URI base) {
        if (base.getRawUserInfo() != null
                || base.getRawQuery() != null
                || base.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the runtime's address takes no user, query or fragment; the key is given by"
                            + " --runtime-key-file");
        }
        if ("https".equalsIgnoreCase(base.getScheme())) {
            throw new IllegalArgumentException(
                    "the runtime "
                            + base
                            + " is https, which the agent does not speak; give the http:// address"
                            + " of a runtime in this VM, or of a local proxy that does the TLS");
        }
        if (!"http".equalsIgnoreCase(base.getScheme()) || base.getHost() == null) {
            throw new IllegalArgumentException(
                    "the runtime "
                            + base
                            + " is no address; it takes http://HOST:PORT, such as"
                            + " http://127.0.0.1:8081");
        }
        if (base.getPort() == 0 || base.getPort() > 65535) {
            throw new IllegalArgumentException(
                    "the runtime's port is " + base.getPort() + ", it takes 1 to 65535");
        }
    }

    int port() {
        return base.getPort() < 0 ? 80 : base.getPort();
    }

    /** The request target of chat completions. */
    String target() {
        String path = base.getRawPath();
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path + (path.endsWith("/v1") ? "" : "/v1") + "/chat/completions";
    }

    /**
     * Asks for a chat completion.
     *
     * @param headers further ones, which are none of those that are set here
     * @param content belongs to the request from now on
     */
    FullHttpRequest request(Map<String, String> headers, ByteBuf content) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.POST, target(), content);
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

    /** Foreign words made fit to be passed on: without the key, in one line, and short. */
    String quote(String words) {
        String kept = words;
        if (bearerKey != null) {
            kept = kept.replace(bearerKey, "***");
        }
        return Quoted.cut(kept.strip(), MAX_QUOTE_CHARS);
    }

    /** What an exception says, likewise. */
    String quote(Throwable cause) {
        String message = cause.getMessage();
        return quote(message == null ? cause.getClass().getSimpleName() : message);
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
