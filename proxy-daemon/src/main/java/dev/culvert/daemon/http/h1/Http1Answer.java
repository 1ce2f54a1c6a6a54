package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderNames.UPGRADE;
import static io.netty.handler.codec.http.HttpHeaderValues.CHUNKED;
import static io.netty.handler.codec.http.HttpResponseStatus.SWITCHING_PROTOCOLS;

import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.HeaderLines;
import dev.culvert.daemon.http.HttpAnswer;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.io.Decimal;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.function.Consumer;

/** An answer as the bytes of HTTP/1.1. Confined to its event loop. */
final class Http1Answer extends HttpAnswer {
    private static final AsciiString CONTENT_LENGTH_FIELD =
            AsciiString.cached(CONTENT_LENGTH + ": ");
    private static final int HEAD_BYTES = 384;

    private final ResponseWriter writer;

    /** Answers the request that {@code head} begins; the writer's handler is told how that ends. */
    Http1Answer(ResponseWriter writer, Head head) {
        super(head);
        this.writer = writer;
    }

    private RequestHandler handler() {
        return writer.handler();
    }

    @Override
    protected HttpServer server() {
        return handler().server();
    }

    @Override
    protected ResponseWriter writer() {
        return writer;
    }

    @Override
    protected void writeWhole(AsciiString contentType, ByteBuf body) {
        int length = body.readableBytes();
        ByteBuf out = beginHead();
        ResponseHead.header(out, CONTENT_TYPE, contentType);
        ByteBufUtil.writeAscii(out, CONTENT_LENGTH_FIELD);
        Decimal.write(out, length);
        ResponseHead.endLine(out);
        ResponseHead.endLine(out);
        if (!isHead()) {
            writer.write(body);
        }
    }

    @Override
    protected void writeNoContent() {
        ResponseHead.endLine(beginHead());
    }

    @Override
    protected Http1BodyStream newStream() {
        return new Http1BodyStream(this, writer, !head().isHttp10());
    }

    @Override
    protected void writeStreamHead(AsciiString contentType) {
        ByteBuf out = beginHead();
        ResponseHead.header(out, CONTENT_TYPE, contentType);
        if (!head().isHttp10()) {
            ResponseHead.header(out, TRANSFER_ENCODING, CHUNKED);
        }
        ResponseHead.endLine(out);
    }

    @Override
    public boolean upgrade(AsciiString protocol, Consumer<Channel> next) {
        if (head().isHttp10() || head().announcesBody()) {
            return false;
        }
        if (leaves(SWITCHING_PROTOCOLS)) {
            ByteBuf out = writer.tail(HEAD_BYTES);
            ResponseHead.write(out, server().headers(), head(), status(), false);
            ResponseHead.header(out, UPGRADE, protocol);
            ResponseHead.header(out, CONNECTION, UPGRADE);
            writeAddedHeaders(out);
            ResponseHead.endLine(out);
            handler().upgraded(next);
        }
        return true;
    }

    @Override
    public boolean handOver(HttpResponseStatus status, Consumer<Channel> next) {
        if (leaves(status)) {
            handler().upgraded(next);
        }
        return true;
    }

    @Override
    public Share client() {
        return handler().client();
    }

    /** Whether the client takes an orderly close for the end of the body. */
    boolean endsByClosing() {
        return head().isHttp10() && isStreaming();
    }

    @Override
    protected void finish() {
        handler().answered(isReusable());
    }

    @Override
    protected void breakOff() {
        handler().broken(head().isHttp10());
    }

    /**
     * An answer that does not wait for the body closes the connection, or the body would be read as
     * the next request.
     */
    private boolean isReusable() {
        boolean bodyPending = !isHandled() && head().announcesBody();
        return !head().isHttp10()
                && !head().closes()
                && !handler().mustClose()
                && !bodyPending
                && !handler().isDraining();
    }

    /** Lent, for the last headers and the empty line. */
    private ByteBuf beginHead() {
        ByteBuf out = writer.tail(HEAD_BYTES);
        ResponseHead.write(out, server().headers(), head(), status(), !isReusable());
        writeAddedHeaders(out);
        return out;
    }

    private void writeAddedHeaders(ByteBuf out) {
        HeaderLines added = headers();
        for (int i = 0; added != null && i < added.count(); i++) {
            ResponseHead.header(out, added.name(i), added.value(i));
        }
    }
}
