package dev.culvert.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops of one process: epoll if it loads, else NIO. */
public final class EventLoops implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
    private static final long STOP_SECONDS = 10;

    private final EventLoopGroup group;
    private final List<IoHandler> handlers = new ArrayList<>(); // in the order of the loops
    private final Transport transport;

    private EventLoops(Sockets sockets, int threads, String threadNamePrefix) {
        IoHandlerFactory factory = sockets.ioHandlers();
        group =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        new DefaultThreadFactory(threadNamePrefix),
                        loop -> {
                            IoHandler handler = factory.newHandler(loop);
                            handlers.add(handler);
                            return handler;
                        });
        transport = new Transport(sockets);
    }

    /**
     * Starts {@code threads} loops; logs one line if they are not epoll's.
     *
     * @throws UncheckedIOException with one sentence, if there are too few file descriptors
     */
    public static EventLoops start(int threads, String threadNamePrefix) {
        if (Epoll.isAvailable()) {
            try {
                return new EventLoops(Sockets.EPOLL, threads, threadNamePrefix);
            } catch (IllegalStateException e) {
                throw withoutDescriptors(e) ? tooMany(threads, e) : e;
            }
        }
        LOG.warn(
                "epoll does not load here, so sockets use NIO and there is no vsock: {}",
                String.valueOf(Epoll.unavailabilityCause()));
        return nio(threads, threadNamePrefix);
    }

    private static boolean withoutDescriptors(IllegalStateException e) {
        return String.valueOf(e.getCause()).contains("Too many open files");
    }

    private static RuntimeException tooMany(int threads, IllegalStateException cause) {
        return new UncheckedIOException(
                new IOException(
                        "there are too few file descriptors for %d event loops, which take three each: raise their limit, LimitNOFILE= of the systemd unit or ulimit -n, or take fewer loops"
                                .formatted(threads),
                        cause));
    }

    static EventLoops nio(int threads, String threadNamePrefix) {
        return new EventLoops(Sockets.NIO, threads, threadNamePrefix);
    }

    public EventLoop next() {
        return group.next();
    }

    public EventLoopGroup group() {
        return group;
    }

    public Transport transport() {
        return transport;
    }

    /**
     * Closes every channel, stops the loops and waits until they have ended.
     *
     * @throws IllegalStateException if called on one of these loops, which would wait for itself
     */
    @Override
    public void close() {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                throw new IllegalStateException("an event loop cannot wait for its own end");
            }
        }
        if (!group.isShuttingDown()) {
            closeChannelsAtTheEnd();
        }
        group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /**
     * Without a quiet period, a Netty loop that learns of its end between two of its steps skips
     * the step that closes its channels. As a shutdown hook that step always runs.
     */
    private void closeChannelsAtTheEnd() {
        Iterator<IoHandler> next = handlers.iterator();
        for (EventExecutor loop : group) {
            ((SingleThreadEventExecutor) loop).addShutdownHook(next.next()::prepareToDestroy);
        }
    }
}
