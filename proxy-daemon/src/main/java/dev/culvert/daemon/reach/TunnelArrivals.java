package dev.culvert.daemon.reach;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.tunnel.BadTunnelException;
import dev.culvert.tunnel.RecordHandler;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.Tickets;
import dev.culvert.tunnel.TunnelAnswer;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import dev.culvert.tunnel.TunnelRequest;
import dev.culvert.tunnel.TunnelStations;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connections that agents open for tunnels, each with a ticket. Safe for all threads. */
public final class TunnelArrivals {
    /** Waits for one connection, and is told once. */
    final class Expected {
        private final EventLoop loop;
        private final TunnelListener listener;
        private final AtomicBoolean told = new AtomicBoolean();
        private final String ticket;
        private volatile @Nullable Future<?> deadline;

        private Expected(EventLoop loop, TunnelListener listener) {
            this.loop = loop;
            this.listener = listener;
            ticket = tickets.issue(this);
        }

        String ticket() {
            return ticket;
        }

        /** False if it was told already. */
        private boolean end() {
            tickets.withdraw(ticket);
            Future<?> its = deadline;
            if (its != null) {
                its.cancel(false);
            }
            return told.compareAndSet(false, true);
        }

        /** It waits no longer. May be called on any thread. */
        void refuse(TunnelRefusal refusal) {
            if (end()) {
                if (loop.inEventLoop()) {
                    listener.onRefused(refusal);
                } else {
                    loop.execute(() -> listener.onRefused(refusal));
                }
            }
        }
    }

    private final Tickets<Expected> tickets = new Tickets<>();
    private final Supplier<StreamLimits> limits;
    private final RecordHandler.Counter counter;

    TunnelArrivals(Supplier<StreamLimits> limits, RecordHandler.Counter counter) {
        this.limits = limits;
        this.counter = counter;
    }

    /** Expects a connection within that time, for the listener on {@code loop}. */
    Expected expect(EventLoop loop, Duration within, TunnelListener listener) {
        Expected expected = new Expected(loop, listener);
        expected.deadline =
                loop.schedule(
                        () -> expire(expected, within), within.toNanos(), TimeUnit.NANOSECONDS);
        return expected;
    }

    private static void expire(Expected expected, Duration within) {
        expected.refuse(
                Code.TIMEOUT.because(
                        "The agent has not opened a connection within "
                                + within.toMillis() / 1000.0
                                + " s (reach.timeout)."));
    }

    /**
     * An agent has opened a connection that begins with this. Lends {@code first}. Called on the
     * channel's event loop.
     */
    public void onTunnel(Channel channel, Frame first) {
        Expected expected = null;
        TunnelRefusal refusal =
                Code.BAD_TICKET.because(
                        "The ticket is not one of this daemon, was used already, or has expired.");
        try {
            String ticket = TunnelRequest.read(first).ticket();
            expected = ticket == null ? null : tickets.take(ticket);
        } catch (BadTunnelException e) {
            refusal = Code.INVALID.because("The agent sent what is wrong: " + e.getMessage() + ".");
        }
        if (expected == null || !expected.end()) {
            channel.writeAndFlush(new TunnelAnswer.Refused(refusal).frame(first.id()))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            move(channel, expected, first.id());
        }
    }

    /** To the loop where it is needed, without the stations that belong to this one. */
    private void move(Channel channel, Expected expected, String id) {
        removeFrames(channel);
        EventLoop loop = expected.loop;
        if (loop.equals(channel.eventLoop())) {
            open(channel, expected, id);
            return;
        }
        channel.deregister()
                .addListener(_ ->
                        loop.register(channel)
                                .addListener(registered -> {
                                    if (registered.isSuccess()) {
                                        open(channel, expected, id);
                                    } else {
                                        channel.unsafe().closeForcibly();
                                        loop.execute(() ->
                                                expected.listener.onRefused(
                                                        Code.FAILED.because(
                                                                "The agent closed the connection.")));
                                    }
                                }));
    }

    private void open(Channel channel, Expected expected, String id) {
        channel.pipeline().addLast("encoder", new FrameEncoder());
        channel.writeAndFlush(new TunnelAnswer.Open().frame(id), channel.voidPromise());
        TunnelStations.open(
                channel,
                null,
                limits.get(),
                new RecordHandler(RecordHandler.Side.HOST, counter),
                expected.listener);
    }

    private static void removeFrames(Channel channel) {
        remove(channel, FlushHandler.class);
        remove(channel, FrameEncoder.class);
        remove(channel, HeldBytesHandler.class);
        remove(channel, FrameDecoder.class);
    }

    private static void remove(Channel channel, Class<? extends ChannelHandler> station) {
        if (channel.pipeline().get(station) != null) {
            channel.pipeline().remove(station);
        }
    }
}
