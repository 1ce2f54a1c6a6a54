package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.io.Share;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection that an agent opened, which all event loops use. Requests of the loop on which it
 * lives go over its own link; every other loop has a {@link Branch}. Safe for all threads.
 */
public final class Trunk {
    private record Place(EventExecutor loop, Lane lane) {}

    private final Trunks trunks;
    private final AgentAddress.Incoming address;
    private final String from;
    private final Share share;
    private final LinkLimits limits;
    private final Channel channel;
    private final AgentLink main;
    private final SwitchHandler switches;
    private final Map<Place, Branch> branches = new ConcurrentHashMap<>();

    /** Bytes of frames that are on their way to the loops of branches. */
    private final AtomicLong hoppingBytes = new AtomicLong();

    private volatile @Nullable Heartbeat heard;
    private volatile @Nullable String lostReason;

    /** Called on the channel's event loop; {@link TrunkPipeline} adds the handlers. */
    Trunk(Trunks trunks, AgentAddress.Incoming address, String from, Share share, Channel channel) {
        this.trunks = trunks;
        this.address = address;
        this.from = from;
        this.share = share;
        this.channel = channel;
        limits = trunks.limits();
        main =
                new AgentLink(
                        address,
                        channel,
                        limits,
                        trunks.observer(),
                        trunks.deadlines(channel.eventLoop()));
        switches = new SwitchHandler(this, main, trunks.observer());
    }

    AgentLink main() {
        return main;
    }

    SwitchHandler switches() {
        return switches;
    }

    AgentAddress.Incoming address() {
        return address;
    }

    Share share() {
        return share;
    }

    EventLoop eventLoop() {
        return channel.eventLoop();
    }

    boolean isWritable() {
        return channel.isWritable();
    }

    Collection<Branch> branches() {
        return branches.values();
    }

    /** The branch that serves what the agent asks for; null if none does. */
    @Nullable Branch server() {
        for (Branch branch : branches.values()) {
            if (branch.link().isServed()) {
                return branch;
            }
        }
        return null;
    }

    /** Where the agent dialled from, for people. */
    public String from() {
        return from;
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    /** Completes when it is closed, whoever closed it and why. */
    public Future<Void> closed() {
        return channel.closeFuture();
    }

    /** Why it was closed. */
    public String closeReason() {
        String reason = lostReason;
        return reason == null ? "the agent closed the connection" : reason;
    }

    /** Ends every exchange on it with {@link Failure.LinkLost}. */
    public void close(String reason) {
        try {
            eventLoop().execute(() -> main.close(reason));
        } catch (RejectedExecutionException _) {
            channel.close(); // its loop has stopped
        }
    }

    /**
     * The same after {@code last} is sent, which tells the agent why. Takes ownership of {@code
     * last}.
     */
    public void close(Frame last, String reason) {
        try {
            eventLoop()
                    .execute(
                            () -> channel.writeAndFlush(last).addListener(_ -> main.close(reason)));
        } catch (RejectedExecutionException _) {
            last.release();
            channel.close();
        }
    }

    /** Tells {@code listener} of the link of that loop and lane, at once. Called on that loop. */
    public void link(EventLoop loop, Lane lane, DialListener listener) {
        AgentLink link =
                loop.equals(eventLoop()) && lane == Lane.FIRST ? main : branch(loop, lane).link();
        if (link.isOpen()) {
            listener.onLink(link);
        } else {
            listener.onFailure(new Failure.Unreachable(closeReason()));
        }
    }

    private Branch branch(EventLoop loop, Lane lane) {
        Place place = new Place(loop, lane);
        Branch known = branches.get(place);
        if (known != null) {
            return known;
        }
        Branch made =
                new Branch(
                        this,
                        loop,
                        limits,
                        new BranchObserver(trunks.observer()),
                        trunks.deadlines(loop));
        branches.put(place, made); // one thread makes those of a place
        Heartbeat said = heard;
        if (said != null) {
            made.link().announced(said);
        }
        if (!channel.isActive()) {
            made.link().close(closeReason());
        }
        return made;
    }

    /** The agent has sent a heartbeat. Called on the trunk's loop. */
    void announce(AgentLink to) {
        if (to.isAnnounced()) {
            Heartbeat said = to.heartbeat();
            heard = said;
            branches.values().forEach(branch -> branch.announce(said));
        }
    }

    /** The connection is closed. */
    void lost() {
        String reason = main.closeReason();
        lostReason = reason;
        branches.values().forEach(branch -> branch.lose(reason));
    }

    void passes(int bytes) {
        hoppingBytes.addAndGet(bytes);
    }

    void delivered(int bytes) {
        hoppingBytes.addAndGet(-bytes);
    }

    /** Bytes of frames that are on their way to the loops of branches. */
    long hoppingBytes() {
        return hoppingBytes.get();
    }

    @Override
    public String toString() {
        return "link of " + address.agent() + " from " + from;
    }
}
