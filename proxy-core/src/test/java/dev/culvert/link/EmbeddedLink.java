package dev.culvert.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A link without a socket, whose time moves by hand: the test is the agent. */
public final class EmbeddedLink implements AutoCloseable {
    static final Patience A_MINUTE = Patience.ofSilence(Duration.ofMinutes(1));

    /** The watch over silent links has tests of its own. */
    public static final LinkLimits UNWATCHED =
            new LinkLimits(
                    FrameLimits.DEFAULTS,
                    4_096,
                    1 << 20,
                    Duration.ofDays(1),
                    Duration.ofDays(1),
                    100,
                    1 << 20);

    private final EmbeddedChannel channel = new EmbeddedChannel();

    public EmbeddedLink(LinkLimits limits, LinkObserver observer) {
        channel.freezeTime();
        Deadlines deadlines = new Deadlines(channel.eventLoop());
        AgentAddress address = AgentAddress.parse("tcp://127.0.0.1:1");
        Account account = new Account(new AccountLimits("max_held_bytes", 100 << 20, 75));
        channel.pipeline()
                .addLast(new LinkPipeline(address, limits, observer, deadlines, account.whole()));
    }

    public AgentLink link() {
        return LinkPipeline.linkOf(channel);
    }

    public EmbeddedChannel channel() {
        return channel;
    }

    static Frame message(String id, String payload) {
        return frame(FrameType.MESSAGE, id, payload);
    }

    static Frame frame(FrameType type, String id, String payload) {
        return new Frame(type, id, Unpooled.copiedBuffer(payload, UTF_8));
    }

    public void announce(String... features) {
        receive("heartbeat", "", "{\"features\":[\"" + String.join("\",\"", features) + "\"]}");
    }

    public void receive(String type, String id, String payload) {
        ByteBuf bytes = Unpooled.buffer();
        write(bytes, type, id, payload);
        channel.writeInbound(bytes);
    }

    /** A frame that may be none: this text, whatever it is. */
    void receiveText(String text) {
        ByteBuf bytes = Unpooled.buffer();
        write(bytes, text);
        channel.writeInbound(bytes);
    }

    /** A frame without a payload. */
    void receiveBare(String type, String id) {
        ByteBuf bytes = Unpooled.buffer();
        write(bytes, "{\"type\":\"%s\",\"id\":\"%s\"}".formatted(type, id));
        channel.writeInbound(bytes);
    }

    public void receive(String type, String id, long seq, String payload) {
        ByteBuf bytes = Unpooled.buffer();
        write(
                bytes,
                "{\"type\":\"%s\",\"id\":\"%s\",\"seq\":%d,\"payload\":%s}"
                        .formatted(type, id, seq, payload));
        channel.writeInbound(bytes);
    }

    static void write(ByteBuf out, String type, String id, String payload) {
        write(out, "{\"type\":\"%s\",\"id\":\"%s\",\"payload\":%s}".formatted(type, id, payload));
    }

    private static void write(ByteBuf out, String json) {
        byte[] bytes = json.getBytes(UTF_8);
        out.writeInt(bytes.length).writeBytes(bytes);
    }

    /** The next frame that was sent, without its length; empty when there is none. */
    public String sent() {
        channel.runPendingTasks();
        ByteBuf all = Unpooled.buffer();
        while (all.readableBytes() < 4 || all.readableBytes() < 4 + all.getInt(0)) {
            ByteBuf part = channel.readOutbound();
            if (part == null) {
                return "";
            }
            all.writeBytes(part);
            part.release();
        }
        return all.skipBytes(4).toString(UTF_8);
    }

    /** The event loop stands still for so long, and then goes on. */
    void stall(Duration time) {
        channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    public void advance(Duration time) {
        long ticks = time.toMillis() / 100;
        for (long i = 0; i < ticks; i++) {
            channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
