package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.VARY;

import dev.culvert.daemon.http.CommonHeaders;
import dev.culvert.daemon.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;

/** Writes the status line and the headers that every answer has. */
final class ResponseHead {
    private static final AsciiString X_REQUEST_ID_FIELD =
            AsciiString.cached(CommonHeaders.X_REQUEST_ID + ": ");
    private static final AsciiString NOSNIFF_LINE =
            AsciiString.cached(
                    CommonHeaders.X_CONTENT_TYPE_OPTIONS + ": " + CommonHeaders.NOSNIFF + "\r\n");
    private static final AsciiString CLOSE = AsciiString.cached("close");

    private ResponseHead() {}

    /**
     * Writes all but the empty line that ends the head.
     *
     * @param request what is answered
     * @param closing whether the connection ends after the answer
     */
    static void write(
            ByteBuf out,
            CommonHeaders common,
            Head request,
            HttpResponseStatus status,
            boolean closing) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(out, status.codeAsText());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, status.reasonPhrase());
        endLine(out);
        header(out, DATE, common.date());
        ByteBufUtil.writeAscii(out, X_REQUEST_ID_FIELD);
        request.writeId(out);
        endLine(out);
        ByteBufUtil.writeAscii(out, NOSNIFF_LINE);
        AsciiString hsts = common.hsts();
        if (hsts != null) {
            header(out, CommonHeaders.STRICT_TRANSPORT_SECURITY, hsts);
        }
        if (common.varyByOrigin()) {
            header(out, VARY, ORIGIN);
            String origin = common.allowedOrigin(request);
            if (origin != null) {
                header(out, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                header(out, ACCESS_CONTROL_EXPOSE_HEADERS, CommonHeaders.EXPOSED);
            }
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
