package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.config.SshTunnelSettings.Direction;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of one caller: it waits until the tunnel is up, is connected to ssh, and joined with that
 * connection. Confined to the caller's event loop.
 *
 * <pre>
 * count · front (only of a dynamic tunnel) · early · relay
 * </pre>
 */
final class CallerPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(CallerPipeline.class);
    private static final Duration TO_DIAL = Duration.ofSeconds(5);
    private static final long AGAIN_MILLIS = 200;

    private final SshTunnel tunnel;
    private final Transport transport;
    private final Consumer<AgentAddress> onPassed = this::dial;
    private @Nullable Channel caller;
    private @Nullable Future<?> deadline;
    private FrontHandler.Wish wish = FrontHandler.Wish.BYTES;

    CallerPipeline(SshTunnel tunnel, Transport transport) {
        this.tunnel = tunnel;
        this.transport = transport;
    }

    void prepare(Channel channel) {
        caller = channel;
        boolean isRemote = tunnel.settings().kind() == Direction.REMOTE;
        channel.pipeline().addLast("count", new CountHandler(tunnel.counts(), isRemote));
        if (tunnel.settings().kind() == Direction.DYNAMIC) {
            channel.pipeline().addLast("front", new FrontHandler(this::begin));
            Relay.prepare(channel, StreamLimits.DEFAULTS);
        } else {
            Relay.prepare(channel, StreamLimits.DEFAULTS);
            begin(FrontHandler.Wish.BYTES);
        }
    }

    private void begin(FrontHandler.Wish wanted) {
        Channel own = caller();
        wish = wanted;
        deadline =
                own.eventLoop()
                        .schedule(
                                this::refuse,
                                tunnel.settings().patience().toMillis(),
                                TimeUnit.MILLISECONDS);
        own.closeFuture().addListener(_ -> over());
        tunnel.gate().pass(own.eventLoop(), onPassed);
    }

    private Channel caller() {
        return java.util.Objects.requireNonNull(caller);
    }

    private boolean isWaiting() {
        Future<?> wait = deadline;
        return wait != null && !wait.isDone() && caller().isActive();
    }

    private void over() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        tunnel.gate().forget(onPassed);
    }

    private void dial(AgentAddress near) {
        if (!isWaiting()) {
            return;
        }
        Channel own = caller();
        SocksClient socks = wish.target() == null ? null : new SocksClient(wish.target());
        Future<Channel> dialed =
                transport.dial(
                        own.eventLoop(),
                        near,
                        TO_DIAL,
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                if (socks != null) {
                                    channel.pipeline().addLast("socks", socks);
                                }
                                Relay.prepare(channel, StreamLimits.DEFAULTS);
                            }
                        });
        dialed.addListener(_ -> {
            if (!dialed.isSuccess()) {
                again(near);
            } else if (!isWaiting()) {
                var _ = dialed.getNow().close();
            } else if (socks == null) {
                join(dialed.getNow());
            } else {
                socks.begin(dialed.getNow(), code -> answer(dialed.getNow(), code));
            }
        });
    }

    /** Its ssh has just ended: the gate shuts, and opens again; or what it leads to is away. */
    private void again(AgentAddress failed) {
        if (isWaiting()) {
            LOG.debug("{} takes no connection for the tunnel {}", failed, tunnel.settings().name());
            var _ =
                    caller().eventLoop()
                            .schedule(
                                    () -> tunnel.gate().pass(caller().eventLoop(), onPassed),
                                    AGAIN_MILLIS,
                                    TimeUnit.MILLISECONDS);
        }
    }

    private void answer(Channel far, int code) {
        if (!isWaiting()) {
            far.close();
            return;
        }
        if (code == 0) {
            caller().writeAndFlush(Unpooled.copiedBuffer(FrontHandler.ESTABLISHED, US_ASCII));
            join(far);
        } else {
            far.close();
            over();
            end(FrontHandler.refusal(502, "the server of the tunnel answers: " + Socks.why(code)));
        }
    }

    private void join(Channel far) {
        over();
        Relay.join(caller(), far);
    }

    /** It has waited for too long. */
    private void refuse() {
        tunnel.counts().onRefused();
        tunnel.gate().forget(onPassed);
        Trouble trouble = tunnel.status().trouble();
        String why =
                "the tunnel %s is not up%s"
                        .formatted(
                                tunnel.settings().name(),
                                trouble == null ? "" : ": " + trouble.sentence());
        LOG.info("a caller was refused after {}: {}", tunnel.settings().patience(), why);
        end(
                switch (wish.front()) {
                    case NONE -> new byte[0];
                    case SOCKS -> Socks.REFUSED;
                    case CONNECT -> FrontHandler.refusal(503, why);
                });
    }

    /** A caller that is told nothing gets a reset: it must not take this for an answer. */
    private void end(byte[] last) {
        Channel own = caller();
        if (last.length == 0) {
            if (own instanceof io.netty.channel.socket.SocketChannel) {
                own.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            own.close();
        } else {
            own.writeAndFlush(Unpooled.wrappedBuffer(last))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
