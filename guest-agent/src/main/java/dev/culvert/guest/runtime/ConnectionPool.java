package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop to the runtime. Confined to that loop. */
final class ConnectionPool {
    /**
     * Without it the kernel would let the buffer, and a paused runtime's lead, grow to megabytes.
     */
    private static final int RECEIVE_BYTES = 128 * 1024;

    private static final int MAX_READ_BYTES = 16 << 10;

    private final EventLoop loop;
    private final RuntimeSettings settings;
    private final List<InetSocketAddress> addresses;
    private final Bootstrap bootstrap;
    private final Deque<RuntimeConnection> idle = new ArrayDeque<>();
    private boolean closed;

    ConnectionPool(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            RuntimeSettings settings,
            List<InetSocketAddress> addresses) {
        this.loop = loop;
        this.settings = settings;
        this.addresses = addresses;
        bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(channels)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) settings.timeouts().connect().toMillis())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_RCVBUF, RECEIVE_BYTES)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new AdaptiveRecvByteBufAllocator(1024, 4096, MAX_READ_BYTES))
                        .handler(new RuntimePipeline(this));
    }

    /** The usable connection that was used last; null if there is none. */
    @Nullable RuntimeConnection takeIdle() {
        RuntimeConnection connection = idle.pollLast();
        while (connection != null && !connection.isUsable()) {
            connection = idle.pollLast();
        }
        return connection;
    }

    /** Opens a connection to the first address that accepts one. Cancelling stops it. */
    Promise<RuntimeConnection> dial() {
        Promise<RuntimeConnection> dialled = loop.newPromise();
        dial(0, null, dialled);
        return dialled;
    }

    private void dial(
            int which, @Nullable Throwable firstCause, Promise<RuntimeConnection> dialled) {
        ChannelFuture connecting = bootstrap.connect(addresses.get(which));
        dialled.addListener(done -> connecting.cancel(false));
        connecting.addListener(connected -> {
            Throwable cause = firstCause == null ? connected.cause() : firstCause;
            if (connected.isSuccess()) {
                RuntimeConnection connection =
                        connecting.channel().pipeline().get(RuntimeConnection.class);
                if (!dialled.trySuccess(connection)) {
                    connection.close();
                }
            } else if (which + 1 < addresses.size() && !dialled.isDone()) {
                dial(which + 1, cause, dialled);
            } else {
                dialled.tryFailure(cause);
            }
        });
    }

    /** The failure of a dial that ended with this cause. */
    RuntimeFailure unreachable(Throwable cause) {
        String why =
                cause instanceof ConnectTimeoutException
                        ? "it accepted no connection within "
                                + RuntimeSettings.seconds(settings.timeouts().connect())
                        : settings.quote(cause);
        return new RuntimeFailure(
                ErrorCode.RUNTIME_UNREACHABLE,
                "The runtime at "
                        + settings.base()
                        + " cannot be reached: "
                        + why
                        + ". Start it, or set --runtime to its address.");
    }

    /** Keeps a connection for later, or closes it if enough are kept. */
    void keep(RuntimeConnection connection) {
        if (closed || idle.size() >= settings.limits().idleConnections()) {
            connection.close();
        } else {
            idle.addLast(connection);
            connection.keepFor(settings.timeouts().keepAlive());
        }
    }

    void forget(RuntimeConnection connection) {
        idle.remove(connection);
    }

    /** Closes the unused connections; those in use are closed after their use. */
    void close() {
        closed = true;
        List.copyOf(idle).forEach(RuntimeConnection::close);
    }
}
