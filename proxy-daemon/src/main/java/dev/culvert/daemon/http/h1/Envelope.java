package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.VARY;

import dev.culvert.daemon.http.RequestId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What every answer to one request has in its head.
 *
 * @param reusable whether the client lets the connection live on behind the answer
 * @param http10 the client does not know chunks
 * @param allowedOrigin the configured origin that the request came from
 * @param varies answers differ by the origin
 */
record Envelope(
        DateClock clock,
        HttpMethod method,
        RequestId requestId,
        boolean reusable,
        boolean http10,
        @Nullable String allowedOrigin,
        boolean varies) {
    private static final AsciiString X_REQUEST_ID_FIELD = AsciiString.cached("x-request-id: ");
    private static final AsciiString EXPOSED = AsciiString.cached("x-request-id, retry-after");
    private static final AsciiString NOSNIFF =
            AsciiString.cached("x-content-type-options: nosniff\r\n");
    private static final AsciiString CLOSE = AsciiString.cached("close");

    boolean isHead() {
        return method.equals(HttpMethod.HEAD);
    }

    /** Writes the status line and the headers, without the empty line that ends them. */
    void writeTo(ByteBuf out, HttpResponseStatus status, boolean closing) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(out, status.codeAsText());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, status.reasonPhrase());
        endLine(out);
        header(out, DATE, clock.text());
        ByteBufUtil.writeAscii(out, X_REQUEST_ID_FIELD);
        requestId.writeTo(out);
        endLine(out);
        ByteBufUtil.writeAscii(out, NOSNIFF);
        if (varies) {
            header(out, VARY, ORIGIN);
        }
        if (allowedOrigin != null) {
            header(out, ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin);
            header(out, ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        if (closing) {
            header(out, CONNECTION, CLOSE);
        }
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
