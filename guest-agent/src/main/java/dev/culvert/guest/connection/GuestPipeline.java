package dev.culvert.guest.connection;

import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.frame.FrameLimits;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.io.Account;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.transport.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipeline of every connection that the guest accepts, and the last part of that of one which
 * it opens. Reading order is wire order.
 */
@Sharable
public final class GuestPipeline extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(GuestPipeline.class);
    private static final int HOST_CID = 2;

    /** With more unsent, turns keep what they say; a turn that keeps much pauses its runtime. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(32 << 10, 64 << 10);

    private final Function<Channel, Session> sessions;
    private final Vitals vitals;
    private final boolean hostOnly;
    private final Account held;
    private final HostTunnels tunnels;

    /** After {@link #closeAll} the group closes every newcomer at once. */
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    /**
     * @param sessions makes the session of each link
     * @param held counts what all links hold
     * @param tunnels to and from hosts
     * @param hostOnly for vsock: whether only the host (CID 2) may connect; otherwise every process
     *     in the VM can
     */
    public GuestPipeline(
            Function<Channel, Session> sessions,
            Vitals vitals,
            Account held,
            HostTunnels tunnels,
            boolean hostOnly) {
        this.sessions = sessions;
        this.vitals = vitals;
        this.held = held;
        this.tunnels = tunnels;
        this.hostOnly = hostOnly;
    }

    @Override
    protected void initChannel(Channel channel) {
        OptionalInt cid = Transport.peerCid(channel);
        if (hostOnly && cid.orElse(-1) != HOST_CID) {
            LOG.warn(
                    "refused a connection from CID {}: only the host may connect (--accept-from)",
                    cid.isPresent() ? Integer.toUnsignedString(cid.getAsInt()) : "unknown");
            channel.close();
            return;
        }
        addStations(channel, false);
    }

    /**
     * Adds the stations of a link after those that carry it.
     *
     * @param isDialled whether the guest has opened it, which then can only be a link
     * @param first those that come before the session sees a frame
     */
    void addStations(Channel channel, boolean isDialled, ChannelHandler... first) {
        channel.config().setWriteBufferWaterMark(UNSENT);
        FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS);
        HostHandler host =
                new HostHandler(channel, sessions.apply(channel), vitals, tunnels, isDialled);
        channel.pipeline()
                .addLast(
                        "held",
                        new HeldBytesHandler(
                                channel,
                                held.whole(),
                                HeldKind.FRAMES_IN,
                                HeldKind.FRAMES_OUT,
                                new HostBytes(host, decoder)))
                .addLast("frames", decoder)
                .addLast("encoder", new FrameEncoder())
                .addLast("flusher", new FlushHandler())
                .addLast(first)
                .addLast("host", host);
        open.add(channel);
    }

    /** Closes it with the links. */
    public void own(Channel tunnel) {
        open.add(tunnel);
    }

    /** To and from hosts. */
    public HostTunnels tunnels() {
        return tunnels;
    }

    /** Sends a heartbeat on every link now, because what it says has changed. */
    public void tellHosts() {
        for (Channel channel : open) {
            channel.eventLoop().execute(() -> tellHost(channel));
        }
    }

    /** A channel that has closed in the meantime has no handlers any more. */
    private static void tellHost(Channel channel) {
        HostHandler host = channel.pipeline().get(HostHandler.class);
        if (host != null && host.isLinked()) {
            host.sendHeartbeat();
        }
    }

    /** Closes every link after all that was written is sent, or after {@code patience}. */
    public void closeAll(Duration patience) {
        open.writeAndFlush(Unpooled.EMPTY_BUFFER).awaitUninterruptibly(patience.toMillis());
        open.close().awaitUninterruptibly();
    }
}
