package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.http.BodyEnd;
import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.IncomingBody;
import dev.culvert.daemon.http.Refusal;
import dev.culvert.io.LazyTimer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;

/**
 * The life of one connection: one request after the other, how long it may stay silent, and how it
 * ends. Confined to its event loop.
 */
/* One class of more than 150 lines, because every step and every deadline depends on one state. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    /** How long a client that has just connected may take to ask while the daemon drains. */
    private static final Duration FIRST_WORDS = Duration.ofSeconds(1);

    private enum State {
        AWAITING,
        BUSY,
        UNREAD,
        ENDING
    }

    private final HttpServer server;
    private final RequestDecoder decoder;
    private final ResponseWriter writer;
    private final RequestHandler requests;
    private final LazyTimer timer;
    private State state = State.AWAITING;

    /** Whether the deadline of a head runs, not that of an idle connection. */
    private boolean headTimed;

    /** When the first part of a head that did not come at once was there; 0 if it came at once. */
    private long headBeganNanos;

    private long headNanos;

    /**
     * @param requests gets the bodies at once: no station between has to do with them
     */
    ConnectionHandler(
            HttpServer server,
            RequestDecoder decoder,
            ResponseWriter writer,
            RequestHandler requests) {
        this.server = server;
        this.decoder = decoder;
        this.writer = writer;
        this.requests = requests;
        timer = new LazyTimer(writer.channel().eventLoop(), this::expired);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        headTimed = true;
        timer.expireAfter(isDraining() ? FIRST_WORDS : server.settings().headTimeout());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        writer.readBegan();
        switch (message) {
            case ByteBuf part -> requests.onBody(part);
            case BodyEnd _ -> requests.onBodyEnd();
            case Head head -> {
                if (state == State.AWAITING) {
                    state = State.BUSY;
                    headTimed = false;
                    headNanos = headBeganNanos == 0 ? 0 : timer.now() - headBeganNanos;
                    headBeganNanos = 0;
                    timer.disarm();
                }
                context.fireChannelRead(head);
            }
            default -> context.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        writer.readEnded();
        if (state == State.AWAITING && decoder.isWithinHead()) {
            if (headBeganNanos == 0) {
                headBeganNanos = timer.now();
            }
            if (!headTimed) {
                headTimed = true;
                timer.expireAfter(server.settings().headTimeout());
            }
        }
    }

    /** The answer was written. The connection is {@code reusable}, or ends after it is sent. */
    void answered(boolean reusable) {
        if (!reusable) {
            end();
        } else if (writer.channel().isWritable()) {
            awaitNext();
        } else {
            state = State.UNREAD;
            writer.watch();
            timer.expireAfter(server.settings().idleTimeout());
        }
    }

    private void awaitNext() {
        state = State.AWAITING;
        timer.expireAfter(server.settings().idleTimeout());
        if (decoder.next()) {
            channelReadComplete(context());
        }
    }

    private void end() {
        beginEnding();
        writer.end(timer, server.settings().idleTimeout());
    }

    /** Ends the connection so that the client cannot take its answer for a complete one. */
    void breakOff(boolean reset) {
        beginEnding();
        writer.cut(timer, reset);
    }

    /** The same at once, whatever waits to be sent. */
    void breakOffNow(boolean reset) {
        beginEnding();
        writer.cutNow(reset);
    }

    private void beginEnding() {
        state = State.ENDING;
        decoder.stop();
    }

    private void expired() {
        switch (state) {
            case AWAITING -> {
                if (decoder.isWithinHead()) {
                    context()
                            .fireChannelRead(
                                    new Refusal(decoder.begunHead(), IncomingBody.TOO_SLOW, true));
                } else {
                    writer.channel().close();
                }
            }
            case BUSY -> {}
            case UNREAD, ENDING -> {
                if (writer.hasSentMore()) {
                    timer.expireAfter(server.settings().idleTimeout());
                } else {
                    writer.channel().close();
                }
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && state == State.UNREAD) {
            awaitNext();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!event.equals(Connections.DRAIN)) {
            return;
        }
        if (state == State.AWAITING && headTimed && !decoder.isWithinHead()) {
            timer.expireAfter(FIRST_WORDS);
        } else if (state == State.UNREAD || (state == State.AWAITING && !headTimed)) {
            end();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        timer.cancel();
        state = State.ENDING;
        try {
            context.fireChannelInactive();
        } finally {
            writer.drop();
        }
    }

    /** The connection turns out to speak HTTP/2. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        timer.cancel();
    }

    private ChannelHandlerContext context() {
        return writer.channel().pipeline().context(this);
    }

    /** The memory of the bytes that were read and are not decoded yet. */
    int heldBytes() {
        return decoder.heldBytes();
    }

    /** How long the head of the current request took to arrive; 0 if it came in one read. */
    long headNanos() {
        return headNanos;
    }

    boolean isAwaiting() {
        return state == State.AWAITING;
    }

    boolean isEnding() {
        return state == State.ENDING;
    }

    boolean isDraining() {
        return server.connections().isDraining();
    }
}
