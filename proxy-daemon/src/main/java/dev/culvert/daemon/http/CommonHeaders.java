package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_MAX_AGE;
import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;

import io.netty.util.AsciiString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The headers that every answer has, as values: each version of HTTP writes them in its own form.
 * Used on every event loop.
 */
public final class CommonHeaders {
    public static final AsciiString X_REQUEST_ID = AsciiString.cached("x-request-id");

    /** By which a turn can be read again. */
    public static final AsciiString X_CULVERT_TURN = AsciiString.cached("x-culvert-turn");

    /** Which parameters of a request have no effect. */
    public static final AsciiString X_CULVERT_IGNORED = AsciiString.cached("x-culvert-ignored");

    public static final AsciiString X_CONTENT_TYPE_OPTIONS =
            AsciiString.cached("x-content-type-options");
    public static final AsciiString STRICT_TRANSPORT_SECURITY =
            AsciiString.cached("strict-transport-security");
    public static final AsciiString NOSNIFF = AsciiString.cached("nosniff");

    /** What the pages of an allowed origin may read. */
    public static final AsciiString EXPOSED =
            AsciiString.cached(
                    "culvert-op, mcp-session-id, ratelimit, ratelimit-policy, request-id,"
                            + " retry-after, retry-after-ms, x-culvert-estimate, x-culvert-ignored,"
                            + " x-culvert-turn, x-request-id, x-should-retry");

    /** SDKs send headers of their own, of which the daemon reads none: the star allows them. */
    private static final String ALLOWED_HEADERS =
            "authorization, content-type, idempotency-key, last-event-id, mcp-method, mcp-name,"
                    + " mcp-protocol-version, mcp-session-id, traceparent, x-api-key,"
                    + " x-culvert-on-disconnect, x-request-id, *";

    private static final String PREFLIGHT_SECONDS = "600";

    private final DateClock clock = new DateClock();
    private final BrowserPolicy browsers;
    private final @Nullable AsciiString hsts;

    CommonHeaders(BrowserPolicy browsers) {
        this(browsers, null);
    }

    private CommonHeaders(BrowserPolicy browsers, @Nullable AsciiString hsts) {
        this.browsers = browsers;
        this.hsts = hsts;
    }

    /** Those of connections with TLS, which browsers are told to insist on for {@code maxAge}. */
    CommonHeaders withHsts(Duration maxAge) {
        AsciiString value = AsciiString.cached("max-age=" + maxAge.toSeconds());
        return new CommonHeaders(browsers, maxAge.isZero() ? null : value);
    }

    /** The value of {@code Strict-Transport-Security}; null if there is none. */
    public @Nullable AsciiString hsts() {
        return hsts;
    }

    public AsciiString date() {
        return clock.text();
    }

    /** Whether answers differ by their request's Origin at all. */
    public boolean varyByOrigin() {
        return browsers.knowsOrigins();
    }

    /** The origin that {@code request} comes from, if the settings allow it. */
    public @Nullable String allowedOrigin(Head request) {
        String origin = request.first(Header.ORIGIN);
        return browsers.isAllowedOrigin(origin) ? origin : null;
    }

    /** Adds to {@code answer} which methods a path takes, and tells a browser the same. */
    void addMethods(Answer answer, Head request, String allow) {
        answer.header(ALLOW, allow);
        if (allowedOrigin(request) != null) {
            answer.header(ACCESS_CONTROL_ALLOW_METHODS, allow)
                    .header(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS)
                    .header(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
        }
    }
}
