package dev.culvert.guest.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.guest.session.Session;
import dev.culvert.io.Account;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A host that is connected to the guest's pipeline in the test's own thread. */
final class EmbeddedHost implements AutoCloseable {
    /** Every ten seconds; the runtime can be reached. */
    static final Vitals.Reports REPORTS =
            new Vitals.Reports(Duration.ofSeconds(10), () -> "", () -> "");

    private final EmbeddedChannel channel;
    private final ByteBuf received = Unpooled.buffer();
    private boolean stalled;

    EmbeddedHost(EmbeddedAgent agent, Account held) {
        Vitals vitals = new Vitals("1.2.3", "i-1", Session.FEATURES, System.nanoTime(), REPORTS);
        channel = new EmbeddedChannel(false, false);
        channel.pipeline().addLast(new Stall());
        channel.pipeline()
                .addLast(
                        new GuestPipeline(
                                agent::session, vitals, held, NoTunnels.tunnels(), false));
        try {
            channel.register();
            channel.freezeTime();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Holds the bytes back while the host does not read. */
    private final class Stall extends ChannelOutboundHandlerAdapter {
        @Override
        public void flush(ChannelHandlerContext context) {
            if (!stalled) {
                context.flush();
            }
        }
    }

    void stopReading() {
        stalled = true;
    }

    void readAgain() {
        stalled = false;
        channel.flush();
        channel.runPendingTasks();
    }

    void send(String type, String id, String payload) {
        sendRaw("{\"type\":\"" + type + "\",\"id\":\"" + id + "\",\"payload\":" + payload + "}");
    }

    void sendRaw(String json) {
        byte[] bytes = json.getBytes(UTF_8);
        channel.writeInbound(Unpooled.buffer().writeInt(bytes.length).writeBytes(bytes));
    }

    /** Sends the header of a frame of {@code bytes}, and its first {@code part} bytes. */
    void sendPart(int bytes, int part) {
        channel.writeInbound(Unpooled.buffer(Integer.BYTES + part).writeInt(bytes).writeZero(part));
    }

    /** Whether the guest reads from this host. */
    boolean isRead() {
        return channel.config().isAutoRead();
    }

    /** The JSON of the next frame; null if there is none. */
    @Nullable String next() {
        channel.runPendingTasks();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            received.writeBytes(part);
            part.release();
        }
        if (!received.isReadable()) {
            return null;
        }
        return received.readCharSequence(received.readInt(), UTF_8).toString();
    }

    List<String> all() {
        List<String> frames = new ArrayList<>();
        for (String frame = next(); frame != null; frame = next()) {
            frames.add(frame);
        }
        return frames;
    }

    void advance(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    void runTasks() {
        channel.runPendingTasks();
    }

    boolean isConnected() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
