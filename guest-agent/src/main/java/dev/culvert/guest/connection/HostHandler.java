package dev.culvert.guest.connection;

import dev.culvert.frame.BadFrameException;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.guest.tunnel.LinkTunnels;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.Quoted;
import dev.culvert.transport.WebSocketMessages;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One link from the host: hands frames to its session, and sends heartbeats. */
final class HostHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HostHandler.class);

    /**
     * With more unsent, the guest reads nothing from the host until the host has read. Turns stop
     * long before, so what is unsent here are answers to other requests.
     */
    private static final int MOST_UNSENT_BYTES = 256 << 10;

    /** What the host uses the connection for. */
    private enum Use {
        NOTHING,
        LINK,
        TUNNEL
    }

    private final Channel channel;
    private final Session session;
    private final Vitals vitals;

    private final HostTunnels tunnels;

    /** Whether the guest has opened the connection, which then can only be a link. */
    private final boolean isDialled;

    private final LinkTunnels overLink;

    private Use use = Use.NOTHING;
    private @Nullable ScheduledFuture<?> heartbeats;

    HostHandler(
            Channel channel,
            Session session,
            Vitals vitals,
            HostTunnels tunnels,
            boolean isDialled) {
        this.channel = channel;
        this.session = session;
        this.vitals = vitals;
        this.tunnels = tunnels;
        this.isDialled = isDialled;
        overLink = tunnels.over(channel, isDialled);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        sendHeartbeat("ready");
        long nanos = vitals.reports().interval().toNanos();
        heartbeats =
                channel.eventLoop()
                        .scheduleWithFixedDelay(
                                this::sendHeartbeat, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        try {
            if (use == Use.NOTHING) {
                begin(frame);
            }
            if (use == Use.LINK && !overLink.receive(frame)) {
                session.receive(frame);
            }
        } finally {
            frame.release();
        }
        if (!channel.isWritable() && HeldBytesHandler.unsentBytes(channel) > MOST_UNSENT_BYTES) {
            channel.config().setAutoRead(false);
        }
    }

    /** The first frame says what the connection is. */
    private void begin(Frame first) {
        if (isDialled || first.type() != FrameType.TUNNEL) {
            use = Use.LINK;
            LOG.info("host connected from {}", channel.remoteAddress());
            return;
        }
        use = Use.TUNNEL;
        endHeartbeats(); // none may come between records
        session.onClosed();
        tunnels.onConnection(channel, this, first);
    }

    private void endHeartbeats() {
        if (heartbeats != null) {
            heartbeats.cancel(false);
            heartbeats = null;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable() && use != Use.TUNNEL) {
            channel.config().setAutoRead(true);
            session.onWritable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case BadFrameException bad -> close("bad frame: " + bad.getMessage());
            case IOException e -> close(Quoted.message(e));
            // Netty's name for ENOTCONN, which the vsock of a restored VM gives instead of
            // ECONNRESET.
            case NotYetConnectedException _ -> {
                close("the VM was restored from a snapshot, which resets its connections");
                session.onRestored();
            }
            default -> {
                LOG.error("the connection from {} failed", channel.remoteAddress(), cause);
                close(Quoted.message(cause));
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        endHeartbeats();
        if (use != Use.TUNNEL) {
            session.onClosed();
        }
        if (use == Use.LINK) {
            overLink.onClosed();
            LOG.info("host disconnected ({} frames ignored)", session.ignoredFrames());
        }
    }

    /** What carries the link, if it is a WebSocket. */
    @Nullable WebSocketMessages webSocket() {
        return channel.pipeline().get(WebSocketMessages.class);
    }

    /** Whether it is a link: a daemon that the guest has dialled must know the guest before. */
    boolean isLinked() {
        return heartbeats != null;
    }

    void close(String reason) {
        if (channel.isActive()) {
            LOG.warn(
                    "closing the connection from {}: {}",
                    channel.remoteAddress(),
                    Quoted.sentence(reason));
            channel.close();
        }
    }

    /** Skipped while the host does not read: when it reads again, the heartbeat would be old. */
    void sendHeartbeat() {
        if (channel.isWritable()) {
            sendHeartbeat("running");
        }
    }

    private String status(String usual) {
        if (session.isDraining()) {
            return "draining";
        }
        return session.isQuiesced() ? "quiesced" : usual;
    }

    private void sendHeartbeat(String status) {
        Frame heartbeat =
                vitals.heartbeat(
                        channel.alloc(),
                        status(status),
                        session.openTurns(),
                        session.runtimeKind());
        channel.write(heartbeat, channel.voidPromise());
    }
}
