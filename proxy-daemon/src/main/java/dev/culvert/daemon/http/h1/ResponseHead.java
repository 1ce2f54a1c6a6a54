package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_MAX_AGE;
import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.VARY;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BrowserPolicy;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Writes the status line and the headers that every answer has. Used on every event loop. */
final class ResponseHead {
    private static final AsciiString X_REQUEST_ID_FIELD = AsciiString.cached("x-request-id: ");
    private static final AsciiString EXPOSED = AsciiString.cached("x-request-id, retry-after");
    private static final AsciiString NOSNIFF =
            AsciiString.cached("x-content-type-options: nosniff\r\n");
    private static final AsciiString CLOSE = AsciiString.cached("close");

    private static final String ALLOWED_HEADERS =
            "authorization, content-type, idempotency-key, last-event-id, traceparent, x-api-key,"
                    + " x-request-id";
    private static final String PREFLIGHT_SECONDS = "600";

    private final DateClock clock = new DateClock();
    private final BrowserPolicy browsers;

    ResponseHead(BrowserPolicy browsers) {
        this.browsers = browsers;
    }

    /**
     * Writes all but the empty line that ends the head.
     *
     * @param request what is answered
     * @param closing whether the connection ends after the answer
     */
    void write(ByteBuf out, Head request, HttpResponseStatus status, boolean closing) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(out, status.codeAsText());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, status.reasonPhrase());
        endLine(out);
        header(out, DATE, clock.text());
        ByteBufUtil.writeAscii(out, X_REQUEST_ID_FIELD);
        request.writeId(out);
        endLine(out);
        ByteBufUtil.writeAscii(out, NOSNIFF);
        if (browsers.knowsOrigins()) {
            header(out, VARY, ORIGIN);
            String origin = allowedOrigin(request);
            if (origin != null) {
                header(out, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                header(out, ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            }
        }
        if (closing) {
            header(out, CONNECTION, CLOSE);
        }
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

    /** The origin that {@code request} comes from, if the settings allow it. */
    private @Nullable String allowedOrigin(Head request) {
        String origin = request.first(Header.ORIGIN);
        return browsers.isAllowedOrigin(origin) ? origin : null;
    }

    static void header(ByteBuf out, AsciiString name, CharSequence value) {
        ByteBufUtil.writeAscii(out, name);
        ByteBufUtil.writeAscii(out, ": ");
        ByteBufUtil.writeAscii(out, value);
        endLine(out);
    }

    static void endLine(ByteBuf out) {
        ByteBufUtil.writeShortBE(out, '\r' << 8 | '\n');
    }
}
