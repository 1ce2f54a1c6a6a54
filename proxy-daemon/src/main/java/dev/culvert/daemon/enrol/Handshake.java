package dev.culvert.daemon.enrol;

import dev.culvert.frame.BadFrameException;
import dev.culvert.frame.Frame;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Refusal;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which guest has dialled in, and lets nothing pass before it knows. After that it passes
 * all frames on, except proofs. It comes after the codec of frames, and before the handlers of the
 * link. Confined to the event loop, except where a method says otherwise.
 */
public final class Handshake extends ChannelInboundHandlerAdapter {
    /** How long a guest may take to prove itself. */
    static final long PATIENCE_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    private final Gate gate;
    private @Nullable Entry entry;
    private @Nullable LiveGuest guest;
    private @Nullable ScheduledFuture<?> patience;
    private @Nullable EventLoop loop;

    /** Those who want to know whether it answers, and wait until it has joined or has left. */
    private final List<Consumer<Boolean>> askers = new ArrayList<>(0);

    Handshake(Gate gate) {
        this.gate = gate;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loop = context.channel().eventLoop();
        entry = new Entry(context.channel(), gate, this);
        patience =
                context.channel()
                        .eventLoop()
                        .schedule(this::giveUp, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void giveUp() {
        if (guest == null && entry != null) {
            entry.refuse(
                    Refusal.TOO_SLOW,
                    "The guest has not proved who it is within " + PATIENCE_SECONDS + " s.");
        }
    }

    /** The guest has proved that it is this agent. */
    void admitted(LiveGuest admitted) {
        guest = admitted;
        endPatience();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        if (guest == null) {
            try {
                receive(frame);
            } finally {
                frame.release();
            }
            return;
        }
        switch (frame.type()) {
            case HELLO, REGISTER -> frame.release(); // it is known already
            case PROVE -> {
                guest.onProof(frame);
                frame.release();
            }
            default -> context.fireChannelRead(frame);
        }
    }

    private void receive(Frame frame) {
        Entry now = entry;
        if (now == null) {
            return;
        }
        try {
            now.receive(frame);
        } catch (BadHandshakeException e) {
            now.refuse(Refusal.INVALID, "The guest sent " + e.getMessage() + ".");
        }
    }

    /** Until the guest is known, no handler after this one judges what comes. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (guest != null) {
            context.fireExceptionCaught(cause);
            return;
        }
        if (cause instanceof BadFrameException && entry != null && context.channel().isActive()) {
            entry.refuse(
                    Refusal.INVALID, "The guest sent a bad frame: " + cause.getMessage() + ".");
            return;
        }
        switch (cause) {
            case IOException _, DecoderException _ -> LOG.debug("a guest was not let in", cause);
            default -> LOG.error("a guest was not let in because of a bug in the daemon", cause);
        }
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        endPatience();
        if (entry != null) {
            entry.end();
        }
        if (guest != null) {
            guest.end();
        }
        context.fireChannelInactive();
    }

    /** The connection is no link, but a tunnel. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (guest == null) {
            endPatience();
            if (entry != null && !entry.isOver()) {
                entry.end();
            }
        }
    }

    private void endPatience() {
        if (patience != null) {
            patience.cancel(false);
            patience = null;
        }
    }

    /**
     * Tells {@code listener}, on some loop, whether the guest still answers. One that is about to
     * join is asked after that. Any thread.
     */
    void ask(Consumer<Boolean> listener) {
        EventLoop its = loop;
        if (its == null || its.inEventLoop()) {
            askHere(listener);
        } else {
            its.execute(() -> askHere(listener));
        }
    }

    private void askHere(Consumer<Boolean> listener) {
        if (guest != null) {
            guest.ask(listener);
        } else if (entry == null || entry.isOver()) {
            listener.accept(false);
        } else {
            askers.add(listener);
        }
    }

    /** The guest has joined, or has left. */
    void begun() {
        List<Consumer<Boolean>> waiting = List.copyOf(askers);
        askers.clear();
        waiting.forEach(this::askHere);
    }

    /**
     * Gives the guest another key, and tells {@code listener}, on some loop, why not; null if it
     * has one. Any thread.
     */
    void rotate(Consumer<@Nullable String> listener) {
        LiveGuest asked = guest;
        if (asked == null) {
            listener.accept("the guest is not connected");
        } else {
            asked.rotate(listener);
        }
    }

    /**
     * Closes the link and tells the guest why. Any thread.
     *
     * @param reason part of a sentence: what the streams on the link end with
     */
    void end(Refusal why, String reason) {
        LiveGuest asked = guest;
        if (asked != null) {
            asked.end(why, reason);
        }
    }
}
