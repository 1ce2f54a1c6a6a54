package dev.culvert.guest.connection;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.BadFrameException;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.session.Agent;
import dev.culvert.guest.session.Replies;
import dev.culvert.guest.session.Session;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection from the host: frames to its session, heartbeats and replies back. */
final class HostHandler extends ChannelInboundHandlerAdapter implements Replies {
    private static final Logger LOG = LoggerFactory.getLogger(HostHandler.class);
    private static final long HEARTBEAT_SECONDS = 10;

    /**
     * Past it the host is not read on until it has read itself: turns keep what they say long
     * before, so these are answers to what it asks.
     */
    private static final int MOST_UNSENT_BYTES = 256 << 10;

    private final Channel channel;
    private final Agent agent;
    private final Vitals vitals;
    private final Session session;
    private @Nullable ScheduledFuture<?> heartbeats;

    HostHandler(Channel channel, Agent agent, Vitals vitals) {
        this.channel = channel;
        this.agent = agent;
        this.vitals = vitals;
        session = new Session(agent, this);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        LOG.info("host connected from {}", channel.remoteAddress());
        sendHeartbeat(agent.isDraining() ? "draining" : "ready");
        heartbeats =
                channel.eventLoop()
                        .scheduleWithFixedDelay(
                                this::sendHeartbeat,
                                HEARTBEAT_SECONDS,
                                HEARTBEAT_SECONDS,
                                TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        try {
            session.receive(frame);
        } finally {
            frame.release();
        }
        if (!channel.isWritable() && HeldBytesHandler.unsentBytes(channel) > MOST_UNSENT_BYTES) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            channel.config().setAutoRead(true);
            session.onWritable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case BadFrameException bad -> close("bad frame: " + bad.getMessage());
            case IOException e -> close(Quoted.message(e));
            // So Netty says ENOTCONN, which a VM's vsock gives, and not ECONNRESET as others do.
            case NotYetConnectedException _ ->
                    close("the VM was restored, and its connections reset");
            default -> {
                LOG.error("a connection from the host failed", cause);
                close(Quoted.message(cause));
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (heartbeats != null) {
            heartbeats.cancel(false);
        }
        session.onClosed();
        LOG.info("host disconnected ({} frames ignored)", session.ignoredFrames());
    }

    @Override
    public void send(Frame frame) {
        if (channel.isActive()) {
            channel.write(frame, channel.voidPromise());
        } else {
            frame.release();
        }
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void close(String reason) {
        if (!channel.isActive()) {
            return;
        }
        LOG.warn(
                "closing the connection from {}: {}",
                channel.remoteAddress(),
                Quoted.sentence(reason));
        channel.close();
    }

    /** Unless the host does not read: what it would find later is out of date. */
    void sendHeartbeat() {
        if (!channel.isWritable()) {
            return;
        }
        sendHeartbeat(agent.isDraining() ? "draining" : "running");
    }

    private void sendHeartbeat(String status) {
        ByteBuf payload = channel.alloc().ioBuffer();
        try (JsonGenerator json = JsonText.generator(payload)) {
            long uptime = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - vitals.startNanos());
            json.writeStartObject();
            json.writeStringField("status", status);
            json.writeNumberField("uptime_secs", uptime);
            json.writeStringField("protocol", Vitals.PROTOCOL);
            json.writeArrayFieldStart("features");
            for (String feature : vitals.features()) {
                json.writeString(feature);
            }
            json.writeEndArray();
            json.writeStringField("instance", vitals.instance());
            json.writeStringField("agent_version", vitals.agentVersion());
            json.writeNumberField("in_flight", agent.openTurns());
            json.writeEndObject();
        } catch (IOException e) {
            payload.release();
            throw new UncheckedIOException("writing to memory failed", e);
        }
        send(new Frame(FrameType.HEARTBEAT, "", payload));
    }
}
