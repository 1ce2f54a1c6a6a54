package dev.culvert.road;

import dev.culvert.io.Share;
import dev.culvert.io.Shares;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import dev.culvert.link.Trunk;
import dev.culvert.pool.LinkPool;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * How an agent is reached. Whoever wants a link asks the road for one and need not know how the
 * road gets it; {@link Object#toString} says where the agent is, for people.
 */
public sealed interface Road {
    /**
     * Whether this side opens the links. If not, the agent does, and there may be none for long.
     */
    boolean isDialled();

    /**
     * Tells {@code listener} of a link that requests of {@code loop} share: at once when it is
     * open, else when the road has got one or has failed to. Called on {@code loop}, and so is the
     * listener.
     */
    void link(EventLoop loop, Lane lane, DialListener listener);

    /**
     * Opens the home link, or waits until the agent has opened a link. The daemon keeps that link
     * and may close it. Called on {@code loop}, and so is the listener.
     */
    void homeLink(EventLoop loop, DialListener listener);

    /** How many links to the agent are open. May be asked on any thread. */
    int openLinks();

    /** What is charged for the bytes that wait for this agent. May be asked on any thread. */
    Share share();

    /**
     * The agent was removed: closes every shared link, fails who waits for one, and forgets the
     * share. May be called on any thread.
     */
    void close(String reason);

    /** The daemon dials the agent; each event loop has links of its own. */
    record Dialled(AgentAddress address, LinkPool pool) implements Road {
        @Override
        public boolean isDialled() {
            return true;
        }

        @Override
        public void link(EventLoop loop, Lane lane, DialListener listener) {
            pool.acquire(loop, address, lane, listener);
        }

        @Override
        public void homeLink(EventLoop loop, DialListener listener) {
            pool.dial(loop, address, listener);
        }

        @Override
        public int openLinks() {
            return pool.openTo(address);
        }

        @Override
        public Share share() {
            return pool.share(address);
        }

        @Override
        public void close(String reason) {
            pool.remove(address, reason);
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    /**
     * The agent dials in. It has one link at a time, which lives on one event loop; the others
     * reach it by one hop.
     */
    final class Incoming implements Road {
        private record Waiting(EventLoop loop, DialListener listener) {}

        private final AgentAddress.Incoming address;
        private final Shares<AgentAddress> shares;
        private volatile @Nullable Trunk trunk;
        private volatile String whyAway = "it has not dialled in since this daemon started";
        private @Nullable Waiting home;
        private @Nullable String closeReason;

        /**
         * The agent has no link yet.
         *
         * @param shares of the agents; what the link holds is charged to its agent
         */
        public Incoming(AgentAddress.Incoming address, Shares<AgentAddress> shares) {
            this.address = address;
            this.shares = shares;
        }

        public AgentAddress.Incoming address() {
            return address;
        }

        /** The agent has opened a link, which replaces the one that it has. On any thread. */
        public void arrived(Trunk next) {
            Trunk before;
            Waiting told;
            String refusal;
            synchronized (this) {
                refusal = closeReason;
                before = trunk;
                told = home;
                if (refusal == null) {
                    trunk = next;
                    home = null;
                }
            }
            if (refusal != null) {
                next.close(refusal);
                return;
            }
            if (before != null) {
                before.close("the agent opened another link, which replaces this one");
            }
            next.closed().addListener(_ -> left(next));
            if (told != null) {
                told.loop.execute(() -> homeLink(told.loop, told.listener));
            }
        }

        /** The link that the agent has; null if it has none. */
        public @Nullable Trunk trunk() {
            Trunk now = trunk;
            return now != null && now.isOpen() ? now : null;
        }

        private synchronized void left(Trunk lost) {
            if (trunk == lost) {
                whyAway = lost.closeReason();
                trunk = null;
            }
        }

        @Override
        public boolean isDialled() {
            return false;
        }

        @Override
        public void link(EventLoop loop, Lane lane, DialListener listener) {
            Trunk now = trunk;
            if (now != null && now.isOpen()) {
                now.link(loop, lane, listener);
            } else {
                listener.onFailure(
                        new Failure.Unreachable(
                                address
                                        + ": the agent is not connected, and the daemon cannot dial"
                                        + " it: "
                                        + (now == null ? whyAway : now.closeReason())));
            }
        }

        /** On the link that requests of the loop share; the listener waits until there is one. */
        @Override
        public void homeLink(EventLoop loop, DialListener listener) {
            Trunk now;
            String refusal;
            synchronized (this) {
                now = trunk;
                refusal = closeReason;
                if (refusal == null && (now == null || !now.isOpen())) {
                    home = new Waiting(loop, listener);
                    return;
                }
            }
            if (refusal == null && now != null) {
                now.link(loop, Lane.FIRST, listener);
            } else {
                listener.onFailure(new Failure.Unreachable(String.valueOf(refusal)));
            }
        }

        @Override
        public int openLinks() {
            Trunk now = trunk;
            return now != null && now.isOpen() ? 1 : 0;
        }

        @Override
        public Share share() {
            return shares.of(address);
        }

        @Override
        public void close(String reason) {
            Trunk last;
            Waiting told;
            synchronized (this) {
                closeReason = reason;
                whyAway = reason;
                last = trunk;
                trunk = null;
                told = home;
                home = null;
            }
            if (last != null) {
                last.close(reason);
            }
            if (told != null) {
                told.loop.execute(() -> told.listener.onFailure(new Failure.Unreachable(reason)));
            }
            shares.forget(address);
        }

        @Override
        public String toString() {
            Trunk now = trunk;
            return now == null ? address.toString() : now.from();
        }
    }
}
