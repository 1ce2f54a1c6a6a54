package dev.culvert.daemon.http.h2;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.ProblemFormats;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client that speaks frames to the pipeline without a socket, where time stands still. */
final class FrameClient implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** A frame from the server; the text of HEADERS is their list, of others their payload. */
    record Frame(int type, int flags, int stream, String text, int first) {
        boolean ends() {
            return (flags & END_STREAM) != 0;
        }
    }

    final CountingObserver observer = new CountingObserver();
    final Account account = new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    final HttpPipeline pipeline;

    /** With a parent, by which Netty knows the server's side. */
    final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new LocalServerChannel(), DefaultChannelId.newInstance(), true, false);

    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final ByteBuf received = Unpooled.buffer();

    FrameClient(HttpSettings settings, Route... routes) {
        this(settings, ProblemFormats.DEFAULT, routes);
    }

    FrameClient(HttpSettings settings, ProblemFormats problems, Route... routes) {
        pipeline =
                new HttpPipeline(
                        HttpServer.of(settings, observer, account.whole()).with(problems),
                        new Router(List.of(routes), observer, Callers.anybody()),
                        account::whole);
        channel.freezeTime();
        channel.pipeline().addLast(pipeline);
        channel.pipeline().fireChannelActive();
    }

    /** Says hello and takes what the server says to that. */
    FrameClient greet() {
        bytes(Unpooled.copiedBuffer(PREFACE, UTF_8));
        send(SETTINGS, 0, 0, Unpooled.EMPTY_BUFFER);
        send(SETTINGS, 1, 0, Unpooled.EMPTY_BUFFER);
        frames();
        return this;
    }

    void bytes(ByteBuf bytes) {
        if (channel.isOpen()) {
            channel.writeInbound(bytes);
            channel.runPendingTasks();
        } else {
            bytes.release();
        }
    }

    /** Takes ownership of {@code payload}. */
    void send(int type, int flags, int stream, ByteBuf payload) {
        ByteBuf frame = Unpooled.buffer();
        frame.writeMedium(payload.readableBytes()).writeByte(type).writeByte(flags);
        frame.writeInt(stream).writeBytes(payload);
        payload.release();
        bytes(frame);
    }

    void data(int stream, String text, boolean last) {
        send(DATA, last ? END_STREAM : 0, stream, Unpooled.copiedBuffer(text, UTF_8));
    }

    void number(int type, int stream, int number) {
        send(type, 0, stream, Unpooled.buffer().writeInt(number));
    }

    void get(int stream, String path) {
        headers(stream, request("GET", path), true);
    }

    void headers(int stream, Http2Headers headers, boolean last) {
        send(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(stream, headers));
    }

    /** A whole request: its head as HEADERS and full CONTINUATION frames. */
    void headersInParts(int stream, Http2Headers headers) {
        ByteBuf block = block(stream, headers);
        int type = HEADERS;
        do {
            int bytes = Math.min(16_384, block.readableBytes());
            boolean last = bytes == block.readableBytes();
            int flags = (last ? END_HEADERS : 0) | (type == HEADERS ? END_STREAM : 0);
            send(type, flags, stream, block.readBytes(bytes));
            type = CONTINUATION;
        } while (block.isReadable());
        block.release();
    }

    ByteBuf block(int stream, Http2Headers headers) {
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return block;
    }

    static Http2Headers request(String method, String path) {
        return new DefaultHttp2Headers(false)
                .method(method)
                .scheme("http")
                .authority("localhost")
                .path(path);
    }

    /** All frames that came since the last call, without SETTINGS and WINDOW_UPDATE. */
    List<Frame> frames() {
        for (ByteBuf out; (out = channel.readOutbound()) != null; out.release()) {
            received.writeBytes(out);
        }
        List<Frame> frames = new ArrayList<>();
        while (received.readableBytes() >= 9) {
            int length = received.getMedium(received.readerIndex());
            if (received.readableBytes() < 9 + length) {
                break;
            }
            received.skipBytes(3);
            int type = received.readByte();
            int flags = received.readByte();
            int stream = received.readInt();
            ByteBuf payload = received.readSlice(length);
            if (type != SETTINGS && type != WINDOW_UPDATE) {
                frames.add(
                        new Frame(
                                type,
                                flags,
                                stream,
                                text(type, stream, payload),
                                type == RST_STREAM ? payload.getInt(0) : 0));
            }
        }
        return frames;
    }

    private String text(int type, int stream, ByteBuf payload) {
        if (type != HEADERS) {
            return payload.toString(UTF_8);
        }
        try {
            return decoder.decodeHeaders(stream, payload).toString();
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    /** Runs what a route does later. */
    void later(Runnable action) {
        action.run();
        channel.runPendingTasks();
    }

    void drain() {
        pipeline.drain();
        channel.runPendingTasks();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        received.release();
    }
}
