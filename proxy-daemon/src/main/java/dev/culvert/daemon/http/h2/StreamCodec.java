package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.BodyEnd;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OtherHosts;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one stream: turns HEADERS into a {@link dev.culvert.daemon.http.Head}, DATA into
 * the bytes of the body, which the next handler owns, and their end into {@link BodyEnd#BODY_END};
 * or the head into a {@link Refusal}. Turns bytes that are written into DATA, and counts those that
 * are not sent. Confined to its event loop.
 */
/* Netty has no queue for a stream that could be asked how much waits: it waits in the flow control of
 * the connection. An empty buffer is not sent, and done when what was written before it is. */
public final class StreamCodec extends ChannelDuplexHandler {
    private final HttpSettings settings;
    private final OtherHosts otherHosts;
    private boolean headRead;
    private boolean ended;
    private long unsentBytes;
    private @Nullable Future<? super Void> last;

    public StreamCodec(HttpSettings settings, OtherHosts otherHosts) {
        this.settings = settings;
        this.otherHosts = otherHosts;
    }

    /** The bytes that were written and that the socket has not taken. */
    long unsentBytes() {
        return unsentBytes;
    }

    /** Whether the client has sent the whole request. */
    boolean hasEnded() {
        return ended;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case Http2HeadersFrame headers -> {
                ended |= headers.isEndStream();
                if (!headRead) {
                    head(context, headers);
                }
            }
            case Http2DataFrame data -> {
                ended |= data.isEndStream();
                context.fireChannelRead(data.content());
            }
            default -> {
                ReferenceCountUtil.release(message);
                return;
            }
        }
        if (ended) {
            context.fireChannelRead(BodyEnd.BODY_END);
        }
    }

    private void head(ChannelHandlerContext context, Http2HeadersFrame frame) {
        headRead = true;
        try {
            Head head = HeadReader.read(frame.headers(), !frame.isEndStream(), settings);
            if (otherHosts.contain(head.first(Header.HOST))) {
                head.ofOtherHost(null);
            }
            context.fireChannelRead(head);
        } catch (ProblemException e) {
            context.fireChannelRead(
                    new Refusal(HeadReader.begun(frame.headers()), e.problem(), true));
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        switch (message) {
            case ByteBuf bytes when !bytes.isReadable() -> {
                bytes.release();
                afterTheLast(promise);
            }
            case ByteBuf bytes -> data(context, new DefaultHttp2DataFrame(bytes), promise);
            case Http2DataFrame frame -> data(context, frame, promise);
            default -> context.write(message, promise);
        }
    }

    private void data(ChannelHandlerContext context, Http2DataFrame frame, ChannelPromise promise) {
        int bytes = frame.content().readableBytes();
        ChannelPromise sent = promise.unvoid();
        unsentBytes += bytes;
        last = sent;
        sent.addListener(_ -> unsentBytes -= bytes);
        context.write(frame, sent);
    }

    private void afterTheLast(ChannelPromise promise) {
        Future<? super Void> before = last;
        if (before == null || before.isDone()) {
            promise.trySuccess();
            return;
        }
        before.addListener(done -> {
            if (done.isSuccess()) {
                promise.trySuccess();
            } else {
                promise.tryFailure(done.cause());
            }
        });
    }
}
