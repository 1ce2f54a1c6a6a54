package dev.culvert.road;

import dev.culvert.io.Share;
import dev.culvert.link.DialListener;
import dev.culvert.link.Lane;
import dev.culvert.pool.LinkPool;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;

/**
 * How an agent is reached. Whoever wants a link asks the road for one and need not know how the
 * road gets it; {@link Object#toString} says where the agent is, for people.
 */
public sealed interface Road {
    /**
     * Tells {@code listener} of a link that requests of {@code loop} share: at once when it is
     * open, else when the road has got one or has failed to. Called on {@code loop}, and so is the
     * listener.
     */
    void link(EventLoop loop, Lane lane, DialListener listener);

    /**
     * Opens the home link, which the daemon keeps for itself and closes itself. Called on {@code
     * loop}, and so is the listener.
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
}
