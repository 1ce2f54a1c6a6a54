package dev.culvert.daemon.http.h2;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.VARY;

import dev.culvert.daemon.http.CommonHeaders;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.HeaderLines;
import dev.culvert.daemon.http.HttpAnswer;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** An answer as frames of HTTP/2. Confined to its event loop. */
final class Http2Answer extends HttpAnswer {
    private static final int USUAL_HEADERS = 16;

    private final StreamWriter writer;

    /** Answers the request that {@code head} begins; the writer's handler is told how that ends. */
    Http2Answer(StreamWriter writer, Head head) {
        super(head);
        this.writer = writer;
    }

    @Override
    protected HttpServer server() {
        return writer.handler().server();
    }

    @Override
    protected StreamWriter writer() {
        return writer;
    }

    @Override
    protected void writeWhole(AsciiString contentType, ByteBuf body) {
        int length = body.readableBytes();
        Http2Headers headers = beginHead();
        headers.set(CONTENT_TYPE, contentType).set(CONTENT_LENGTH, Integer.toString(length));
        boolean headOnly = isHead() || length == 0;
        writer.headers(headers, headOnly);
        if (!headOnly) {
            writer.last(body.retain());
        }
    }

    @Override
    protected void writeNoContent() {
        writer.headers(beginHead(), true);
    }

    @Override
    protected Http2BodyStream newStream() {
        return new Http2BodyStream(this, writer);
    }

    @Override
    protected void writeStreamHead(AsciiString contentType) {
        Http2Headers headers = beginHead();
        headers.set(CONTENT_TYPE, contentType);
        writer.headers(headers, isHead());
    }

    @Override
    public Share client() {
        return writer.handler().client();
    }

    @Override
    protected void finish() {
        writer.handler().answered();
    }

    @Override
    protected void breakOff() {
        writer.handler().broken();
    }

    private Http2Headers beginHead() {
        CommonHeaders common = server().headers();
        Http2Headers headers = new DefaultHttp2Headers(false, USUAL_HEADERS);
        headers.status(status().codeAsText());
        headers.set(DATE, common.date());
        headers.set(CommonHeaders.X_REQUEST_ID, head().id());
        headers.set(CommonHeaders.X_CONTENT_TYPE_OPTIONS, CommonHeaders.NOSNIFF);
        AsciiString hsts = common.hsts();
        if (hsts != null) {
            headers.set(CommonHeaders.STRICT_TRANSPORT_SECURITY, hsts);
        }
        if (common.varyByOrigin()) {
            headers.set(VARY, ORIGIN);
            String origin = common.allowedOrigin(head());
            if (origin != null) {
                headers.set(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                headers.set(ACCESS_CONTROL_EXPOSE_HEADERS, CommonHeaders.EXPOSED);
            }
        }
        HeaderLines added = headers();
        for (int i = 0; added != null && i < added.count(); i++) {
            headers.add(added.name(i), added.value(i));
        }
        return headers;
    }
}
