package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.http.PieceWriter;
import dev.culvert.io.HeldBytesHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;

/** Writes the frames of one answer. Confined to its event loop. */
final class StreamWriter extends PieceWriter {
    private final StreamHandler handler;

    /**
     * @param handler is told how the answer ends
     */
    StreamWriter(Channel stream, HeldBytesHandler account, StreamHandler handler) {
        super(stream, account);
        this.handler = handler;
    }

    StreamHandler handler() {
        return handler;
    }

    /**
     * The head of an answer.
     *
     * @param whole whether nothing follows it
     */
    void headers(Http2Headers headers, boolean whole) {
        channel().write(new DefaultHttp2HeadersFrame(headers, whole), channel().voidPromise());
        flushSoon();
    }

    /** The last bytes. Takes ownership of {@code bytes}. */
    void last(ByteBuf bytes) {
        writeOut();
        channel().write(new DefaultHttp2DataFrame(bytes, true), channel().voidPromise());
        flushSoon();
    }

    /** Ends a complete body. */
    void end() {
        last(Unpooled.EMPTY_BUFFER);
    }

    /** Ends the stream at once, whatever waits to be sent. */
    void reset(Http2Error error) {
        channel().writeAndFlush(new DefaultHttp2ResetFrame(error));
    }
}
