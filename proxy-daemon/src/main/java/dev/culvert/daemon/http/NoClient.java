package dev.culvert.daemon.http;

import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Stands where the answer to a client would: there is none who could get one. */
final class NoClient implements Answer {
    private final EventLoop loop;
    private final Share share;

    NoClient(EventLoop loop, Share share) {
        this.loop = loop;
        this.share = share;
    }

    @Override
    public Answer header(AsciiString name, CharSequence value) {
        return this;
    }

    @Override
    public ByteBufAllocator allocator() {
        return ByteBufAllocator.DEFAULT;
    }

    @Override
    public void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body) {
        body.release();
    }

    @Override
    public void empty(HttpResponseStatus status) {}

    @Override
    public void problem(Problem problem) {}

    @Override
    public BodyStream stream(AsciiString contentType) {
        throw new UnsupportedOperationException("nobody reads a stream here");
    }

    @Override
    public void onGone(Runnable action) {}

    @Override
    public boolean isOpen() {
        return false;
    }

    @Override
    public @Nullable Handling handling() {
        return null;
    }

    @Override
    public void chargeTo(Share agent) {}

    @Override
    public Share client() {
        return share;
    }

    @Override
    public long owedNanos() {
        return 0;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }
}
