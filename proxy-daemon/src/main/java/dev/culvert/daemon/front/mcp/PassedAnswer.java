package dev.culvert.daemon.front.mcp;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Handling;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What an answer in another shape leaves to the client's own one. */
abstract class PassedAnswer implements Answer {
    private final Answer client;

    PassedAnswer(Answer client) {
        this.client = client;
    }

    /** The client's own answer, for calls that are made for it. */
    final Answer inner() {
        return client;
    }

    @Override
    public final Answer header(AsciiString name, CharSequence value) {
        client.header(name, value);
        return this;
    }

    @Override
    public final ByteBufAllocator allocator() {
        return client.allocator();
    }

    @Override
    public final @Nullable Handling handling() {
        return client.handling();
    }

    @Override
    public final void chargeTo(Share agent) {
        client.chargeTo(agent);
    }

    @Override
    public final Share client() {
        return client.client();
    }

    @Override
    public final long owedNanos() {
        return client.owedNanos();
    }

    @Override
    public final EventLoop eventLoop() {
        return client.eventLoop();
    }
}
