package dev.culvert.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Share;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A trunk without a socket, on a loop of its own, which the test drives; the test is the agent.
 * There is one more loop for branches.
 */
public final class EmbeddedTrunk implements AutoCloseable {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EmbeddedChannel other = new EmbeddedChannel();
    private final Share share =
            new Account(new AccountLimits("max_held_bytes", 100 << 20, 75)).whole();
    private final Trunk trunk;

    /**
     * @param more loops that use it
     */
    public EmbeddedTrunk(LinkLimits limits, LinkObserver observer, EventLoop... more) {
        channel.freezeTime();
        other.freezeTime();
        List<EventLoop> loops = new ArrayList<>(List.of(more));
        loops.add(channel.eventLoop());
        loops.add(other.eventLoop());
        Trunks trunks = new Trunks(loops, () -> limits, observer);
        ChannelInboundHandlerAdapter handshake = new ChannelInboundHandlerAdapter();
        trunks.begin(channel, share, new ChannelInboundHandlerAdapter(), handshake);
        trunk = trunks.adopt(channel, new AgentAddress.Incoming("a"), "tcp://10.0.0.1:1", share);
        channel.pipeline().remove(handshake);
    }

    public Trunk trunk() {
        return trunk;
    }

    public EmbeddedChannel channel() {
        return channel;
    }

    /** Where the trunk lives. */
    public EventLoop ownLoop() {
        return channel.eventLoop();
    }

    public EventLoop otherLoop() {
        return other.eventLoop();
    }

    /** The link of that loop and lane. */
    AgentLink link(EventLoop loop, Lane lane) {
        List<AgentLink> given = new ArrayList<>();
        trunk.link(
                loop,
                lane,
                new DialListener() {
                    @Override
                    public void onLink(AgentLink link) {
                        given.add(link);
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        throw new AssertionError(failure.message());
                    }
                });
        return given.getFirst();
    }

    /** Runs what is due on both loops until nothing is left to hop. */
    public void run() {
        for (int i = 0; i < 4; i++) {
            other.runPendingTasks();
            channel.runPendingTasks();
        }
    }

    public void announce(String... features) {
        receive("heartbeat", "", "{\"features\":[\"" + String.join("\",\"", features) + "\"]}");
    }

    public void receive(String type, String id, String payload) {
        ByteBuf bytes = Unpooled.buffer();
        EmbeddedLink.write(bytes, type, id, payload);
        channel.writeInbound(bytes);
        run();
    }

    void chunk(String id, long seq, boolean done) {
        String json =
                "{\"type\":\"chunk\",\"id\":\"%s\",\"seq\":%d,\"payload\":{\"content\":\"%d\",\"done\":%s}}"
                        .formatted(id, seq, seq, done);
        byte[] text = json.getBytes(UTF_8);
        channel.writeInbound(Unpooled.buffer().writeInt(text.length).writeBytes(text));
        run();
    }

    /** The next frame that was sent, without its length; empty when there is none. */
    public String sent() {
        run();
        ByteBuf all = Unpooled.buffer();
        while (all.readableBytes() < 4 || all.readableBytes() < 4 + all.getInt(0)) {
            @Nullable ByteBuf part = channel.readOutbound();
            if (part == null) {
                return "";
            }
            all.writeBytes(part);
            part.release();
        }
        return all.skipBytes(4).toString(UTF_8);
    }

    /** Lets time pass on both loops. */
    public void advance(long millis) {
        for (long i = 0; i < millis; i += 100) {
            other.advanceTimeBy(100, TimeUnit.MILLISECONDS);
            channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
            other.runScheduledPendingTasks();
            channel.runScheduledPendingTasks();
            run();
        }
    }

    @Override
    public void close() {
        run();
        channel.finishAndReleaseAll();
        run();
        other.finishAndReleaseAll();
    }
}
