package dev.culvert.daemon.outgoing;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one server that wait for the next request. Only requests that may be sent twice
 * use them, since a server may close one just when a request is on its way. Safe for all threads.
 */
/* A look at forty VMs of Proxmox is 120 requests, and each had a handshake of TLS. */
public final class KeptConnections {
    /** Less than any server waits: pveproxy closes after 5 s. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private static final int MOST = 8;
    private static final String HANDLER = "kept";

    private record Kept(Channel channel, Future<?> end) {}

    private final Deque<Kept> waiting = new ArrayDeque<>();

    /** One that is open, if there is one on this event loop, which calls. */
    @Nullable Channel take(EventLoop loop) {
        Kept found = find(loop);
        if (found == null) {
            return null;
        }
        found.end().cancel(false);
        found.channel().pipeline().remove(HANDLER);
        return found.channel();
    }

    private synchronized @Nullable Kept find(EventLoop loop) {
        Iterator<Kept> latest = waiting.descendingIterator();
        while (latest.hasNext()) {
            Kept kept = latest.next();
            if (kept.channel().eventLoop().equals(loop) && kept.channel().isActive()) {
                latest.remove();
                return kept;
            }
        }
        return null;
    }

    /** Takes a connection on which nothing is on its way; its event loop calls. */
    void keep(Channel channel) {
        channel.pipeline().addLast(HANDLER, new Silence());
        Future<?> end =
                channel.eventLoop()
                        .schedule(() -> channel.close(), LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        Kept kept = new Kept(channel, end);
        if (add(kept)) {
            channel.closeFuture().addListener(_ -> remove(kept));
        } else {
            end.cancel(false);
            var _ = channel.close();
        }
    }

    private synchronized boolean add(Kept kept) {
        if (waiting.size() >= MOST) {
            return false;
        }
        waiting.add(kept);
        return true;
    }

    private synchronized void remove(Kept kept) {
        waiting.remove(kept);
    }

    /** A server that says something unasked is not asked on this connection again. */
    private static final class Silence extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            var _ = ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }
}
