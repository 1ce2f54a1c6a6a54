package dev.culvert.daemon.join;

import dev.culvert.daemon.join.JoinObserver.Outcome;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Refused;
import dev.culvert.io.Quoted;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts a connection until it is known whose it is, and closes it if that takes too long or too
 * many wait. Adds the stations after it when it is the connection's turn. Confined to its event
 * loop.
 */
final class WaitingHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingHandler.class);

    /** For agents that are refused because too many wait: by then, some of those are done. */
    static final Duration COME_BACK = Duration.ofSeconds(2);

    /** How long a daemon that is behind does not begin anything, at least. */
    private static final Duration BREAK = Duration.ofMillis(100);

    private final Waiting waiting;
    private final Consumer<Channel> stations;

    /** What came before its turn. */
    private final List<Object> early = new ArrayList<>(0);

    private @Nullable Future<?> next;
    private boolean counted;
    private boolean isOn;

    /**
     * @param stations adds those after it
     */
    WaitingHandler(Waiting waiting, Consumer<Channel> stations) {
        this.waiting = waiting;
        this.stations = stations;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!waiting.enter()) {
            refuse(context);
            return;
        }
        counted = true;
        long wait = waiting.turnNanos(System.nanoTime());
        if (wait > 0) {
            later(context, wait);
        } else {
            onTurn(context);
        }
    }

    private void later(ChannelHandlerContext context, long nanos) {
        context.channel().config().setAutoRead(false);
        next = context.executor().schedule(() -> onTurn(context), nanos, TimeUnit.NANOSECONDS);
    }

    /** A daemon that is behind gives it another turn, after those who wait already. */
    private void onTurn(ChannelHandlerContext context) {
        if (waiting.isBehind()) {
            later(context, Math.max(BREAK.toNanos(), waiting.turnNanos(System.nanoTime())));
            return;
        }
        long wait = waiting.spaceNanos(System.nanoTime());
        if (wait > 0) {
            context.channel().config().setAutoRead(false);
            next = context.executor().schedule(() -> begin(context), wait, TimeUnit.NANOSECONDS);
        } else {
            begin(context);
        }
    }

    /** Says why, which takes the stations that write frames. */
    private void refuse(ChannelHandlerContext context) {
        isOn = true;
        stations.accept(context.channel());
        var _ =
                context.channel()
                        .writeAndFlush(
                                new Refused(
                                                Refusal.OVERLOADED.wireName(),
                                                "Too many other agents join at this moment"
                                                        + " (join.max_handshakes).",
                                                COME_BACK.toSeconds())
                                        .frame())
                        .addListener(ChannelFutureListener.CLOSE);
    }

    private void begin(ChannelHandlerContext context) {
        isOn = true;
        stations.accept(context.channel());
        Duration most = waiting.settings().handshakeTimeout();
        next =
                context.executor()
                        .schedule(
                                () -> expire(context, most), most.toNanos(), TimeUnit.NANOSECONDS);
        context.fireChannelActive();
        List<Object> came = List.copyOf(early);
        early.clear();
        came.forEach(context::fireChannelRead);
        if (!came.isEmpty()) {
            context.fireChannelReadComplete();
        }
        context.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isOn) {
            context.fireChannelRead(message);
        } else {
            early.add(message);
        }
    }

    private void expire(ChannelHandlerContext context, Duration most) {
        LOG.debug(
                "a connection from {} was closed: it did not say whose it is within {} s"
                        + " (join.handshake_timeout)",
                Quoted.word(String.valueOf(context.channel().remoteAddress())),
                most.toMillis() / 1000.0);
        leave(Outcome.TIMED_OUT);
        context.close();
    }

    /** It is the link of an agent from now on. */
    void admitted(ChannelHandlerContext context) {
        leaves(context, Outcome.ADMITTED);
    }

    /** It waits no longer. */
    void leaves(ChannelHandlerContext context, Outcome outcome) {
        leave(outcome);
        context.pipeline().remove(this);
    }

    private void leave(Outcome outcome) {
        if (counted) {
            counted = false;
            waiting.leave(outcome);
        }
        if (next != null) {
            next.cancel(false);
        }
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }

    /** Before its turn, no handler after this one sees why a connection has ended. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (isOn) {
            context.fireExceptionCaught(cause);
        } else {
            LOG.debug("a connection ended before its turn", cause);
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        leave(Outcome.CLOSED);
        context.fireChannelInactive();
    }
}
