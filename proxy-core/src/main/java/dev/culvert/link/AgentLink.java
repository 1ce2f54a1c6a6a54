package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * One connection to an agent, which carries many exchanges at once. Every call comes on its event
 * loop.
 */
public final class AgentLink {
    private final AgentAddress address;
    private final Channel channel;
    private final ExchangeHandler exchanges;

    AgentLink(
            AgentAddress address,
            Channel channel,
            LinkLimits limits,
            LinkObserver observer,
            Deadlines deadlines) {
        this.address = address;
        this.channel = channel;
        exchanges = new ExchangeHandler(this, channel, limits, observer, deadlines);
    }

    ExchangeHandler exchanges() {
        return exchanges;
    }

    public AgentAddress address() {
        return address;
    }

    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /**
     * Sends a request and tells {@code listener} what comes back. Where the link cannot take it,
     * the listener is told before this returns.
     *
     * <p>Takes ownership of {@code request}: released after the write, or at once when it is
     * refused.
     *
     * @throws IllegalArgumentException where its id is none that a peer would accept
     */
    public Exchange open(Frame request, ReplyListener listener, Patience patience) {
        return exchanges.open(request, listener, patience);
    }

    /**
     * Continues a turn that began on another link, or here, behind the frame that has the number
     * {@code after}; the agent has announced that it can. Numbers that come twice are not told.
     *
     * @param credit payload bytes that may come
     */
    public Exchange resume(
            String id, long after, long credit, ReplyListener listener, Patience patience) {
        return exchanges.resume(id, after, credit, listener, patience);
    }

    /**
     * Whether an exchange of that id can be opened: none is, and the agent has said its last word
     * on any that was, so that it cannot be taken for a word on the next one.
     */
    public boolean isFree(String id) {
        return exchanges.isFree(id);
    }

    /** Whether the agent has said what it is. */
    public boolean isAnnounced() {
        return exchanges.peer().isAnnounced();
    }

    /** Asks the agent to end a turn that no exchange of this link belongs to. */
    public void cancelUnread(String id) {
        exchanges.sendCancel(id);
    }

    /** Whether the agent has announced that it can do this (compatibility.md). */
    public boolean can(Feature feature) {
        return peer().features().contains(feature);
    }

    /** Runs {@code action} once: when the agent has said what it is, or the link is closed. */
    public void whenAnnounced(Runnable action) {
        exchanges.peer().whenAnnounced(action, channel.isActive());
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    public int inFlight() {
        return exchanges.inFlight();
    }

    /** What the agent last said of itself; {@link Heartbeat#NONE} until it has. */
    public Heartbeat peer() {
        return exchanges.peer().said();
    }

    /** Runs {@code action} after each heartbeat from now on; replaces what was given before. */
    public void onHeartbeat(Runnable action) {
        exchanges.peer().onHeartbeat(action);
    }

    /** Why it was closed, or would be said to be if it closed now. */
    public String closeReason() {
        return exchanges.reason();
    }

    /** Ends every exchange on it, with {@link Failure.LinkLost}. */
    public void close(String reason) {
        exchanges.close(reason);
    }

    /** Completes when the link is closed, whoever closed it and why. */
    public Future<Void> closed() {
        return channel.closeFuture();
    }

    @Override
    public String toString() {
        return "link to " + Quoted.word(address.toString());
    }
}
