package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link of one event loop whose frames pass through a trunk on another one, in one hop each way.
 *
 * <pre>
 *   out   AgentLink.open → Exchanges → flusher → account → BranchChannel → (hop) → SwitchHandler
 *   in    SwitchHandler → (hop) → LinkHandler → Exchanges → ReplyListener
 * </pre>
 */
final class Branch implements BranchChannel.Carrier {
    private static final Logger LOG = LoggerFactory.getLogger(Branch.class);

    private final Trunk trunk;
    private final EventLoop loop;
    private final BranchChannel channel = new BranchChannel(this);
    private final AgentLink link;

    /** Frames of one read burst for this branch. Confined to the trunk's event loop. */
    private List<Frame> arrived = new ArrayList<>();

    /** Called on {@code loop}. */
    Branch(Trunk trunk, EventLoop loop, LinkLimits limits, LinkObserver observer, Deadlines times) {
        this.trunk = trunk;
        this.loop = loop;
        channel.pipeline()
                .addLast(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel it) {
                                addStations(it, limits, observer, times);
                            }
                        });
        loop.register(channel); // at once: this is its thread
        link = LinkPipeline.linkOf(channel);
        channel.closeFuture().addListener(_ -> trunk.close(link.closeReason()));
    }

    private void addStations(
            Channel it, LinkLimits limits, LinkObserver observer, Deadlines times) {
        int high = limits.maxUnsentBytes();
        it.config().setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
        AgentLink made = new AgentLink(trunk.address(), it, limits, observer, times);
        it.pipeline()
                .addLast(
                        "account",
                        new HeldBytesHandler(
                                it,
                                trunk.share(),
                                HeldKind.FRAMES_IN,
                                HeldKind.FRAMES_OUT,
                                new Unsent(made)))
                .addLast("flusher", new FlushHandler())
                .addLast("link", made.handler());
    }

    /** What it holds: frames that the trunk cannot take. */
    private record Unsent(AgentLink link) implements HeldBytesHandler.Owner {
        @Override
        public long unreadBytes() {
            return 0;
        }

        @Override
        public void onExcess(HeldKind kind, Share share) {
            String reason =
                    "more than %s were held, most of them for frames that the agent does not read"
                            .formatted(share.limitText());
            LOG.warn("{} closed: {}", link, reason);
            link.close(reason);
        }
    }

    AgentLink link() {
        return link;
    }

    @Override
    public boolean isWritable() {
        return trunk.isWritable();
    }

    @Override
    public void carry(List<Frame> frames) {
        if (!hop(trunk.eventLoop(), () -> trunk.switches().send(this, frames))) {
            frames.forEach(Frame::release);
        }
    }

    /** Takes ownership of {@code frame}, which came on the trunk. Called on the trunk's loop. */
    void add(Frame frame) {
        arrived.add(frame);
    }

    /** Hands over what was added: the trunk's read burst is over. Called on the trunk's loop. */
    void deliver() {
        List<Frame> frames = arrived;
        if (frames.isEmpty()) {
            return;
        }
        arrived = new ArrayList<>();
        if (!hop(loop, () -> receive(frames))) {
            frames.forEach(Frame::release);
        }
    }

    private void receive(List<Frame> frames) {
        List<String> ended = new ArrayList<>(0);
        for (Frame frame : frames) {
            trunk.delivered(frame.payload().readableBytes());
            String id = frame.id();
            boolean last = ReplyReader.isLast(frame);
            channel.pipeline().fireChannelRead(frame);
            if (last && !link.exchanges().isOpen(id)) {
                ended.add(id);
            }
        }
        channel.pipeline().fireChannelReadComplete();
        if (!ended.isEmpty()) {
            hop(trunk.eventLoop(), () -> trunk.switches().settle(this, ended));
        }
    }

    /** The agent has sent a heartbeat. May be called on any thread. */
    void announce(Heartbeat heartbeat) {
        hop(loop, () -> link.announced(heartbeat));
    }

    /** The trunk takes more. May be called on any thread. */
    void flush() {
        hop(loop, channel::flush);
    }

    /** The trunk is gone. May be called on any thread. */
    void lose(String reason) {
        hop(loop, () -> link.close(reason));
    }

    /** False if that loop has stopped: then all links of this process end. */
    private static boolean hop(EventLoop to, Runnable task) {
        try {
            to.execute(task);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }
}
