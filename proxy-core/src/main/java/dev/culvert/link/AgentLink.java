package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an agent, which carries many exchanges at once. Call it only on its event loop.
 */
public final class AgentLink {
    private final AgentAddress address;
    private final Channel channel;
    private final PeerLog log;
    private final Peer peer;
    private final Exchanges exchanges;
    private final SilenceWatch silence;
    private final LinkHandler handler;
    private @Nullable String closeReason;

    /** A trunk asks on its own loop whether one of its branches has it. */
    private volatile @Nullable PeerRequests served;

    AgentLink(
            AgentAddress address,
            Channel channel,
            LinkLimits limits,
            LinkObserver observer,
            Deadlines deadlines) {
        this.address = address;
        this.channel = channel;
        EventLoop loop = channel.eventLoop();
        log = new PeerLog(this, loop, observer);
        peer = new Peer(this);
        exchanges = new Exchanges(this, peer, limits, observer, deadlines);
        silence = new SilenceWatch(this, exchanges, limits);
        Complaints complaints = new Complaints(loop, limits, observer, log);
        Unasked unasked = new Unasked(this, limits, observer);
        handler = new LinkHandler(this, silence, complaints, unasked, observer);
    }

    /** The last one of its channel's pipeline. */
    LinkHandler handler() {
        return handler;
    }

    Channel channel() {
        return channel;
    }

    PeerLog log() {
        return log;
    }

    Exchanges exchanges() {
        return exchanges;
    }

    Peer peer() {
        return peer;
    }

    public AgentAddress address() {
        return address;
    }

    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /**
     * Sends a request and tells {@code listener} what comes back. If the link cannot take it, the
     * listener is told before this returns.
     *
     * <p>Takes ownership of {@code request}: released after the write, or at once when it is
     * refused.
     *
     * @throws IllegalArgumentException if no peer would accept its id
     */
    public Exchange open(Frame request, ReplyListener listener, Patience patience) {
        return watched(exchanges.open(request, listener, patience, 0));
    }

    /**
     * Continues a turn, which began on this link or another one, after the frame with the number
     * {@code after}. The agent must have announced that it can. Frames that come twice are told
     * once.
     *
     * @param credit payload bytes that may come
     */
    public Exchange resume(
            String id, long after, long credit, ReplyListener listener, Patience patience) {
        return watched(exchanges.resume(id, after, credit, listener, patience));
    }

    private Exchange watched(Exchange exchange) {
        if (exchange.isOpen()) {
            silence.begin();
        }
        return exchange;
    }

    /**
     * Whether an exchange with that id can be opened: none is open, and the agent has ended any
     * that was, so that no late reply can be taken for one to the next exchange.
     */
    public boolean isFree(String id) {
        return exchanges.isFree(id);
    }

    /** Whether the agent has sent a heartbeat. */
    public boolean isAnnounced() {
        return peer.isAnnounced();
    }

    /** Asks the agent to end a turn that no exchange of this link reads. */
    public void cancelUnread(String id) {
        exchanges.cancels().send(id);
    }

    /** Whether the agent has announced that it can do this (compatibility.md). */
    public boolean can(Feature feature) {
        return peer.can(feature);
    }

    /** Runs {@code action} once: after the first heartbeat, or when the link is closed. */
    public void whenAnnounced(Runnable action) {
        peer.whenAnnounced(action, channel.isActive());
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    public int inFlight() {
        return exchanges.inFlight();
    }

    /** The agent's last heartbeat; {@link Heartbeat#NONE} before the first. */
    public Heartbeat heartbeat() {
        return peer.said();
    }

    /** Runs {@code action} after each heartbeat from now on; replaces the last such action. */
    public void onHeartbeat(Runnable action) {
        peer.onHeartbeat(action);
    }

    /** Lets {@code requests} serve what the agent asks for; what nobody serves is ignored. */
    public void serveWith(PeerRequests requests) {
        served = requests;
    }

    /** Whether somebody serves what the agent asks for. May be asked on any thread. */
    boolean isServed() {
        return served != null;
    }

    /** Borrows {@code request}. A fault of who serves it is no reason to close the link. */
    void serve(Frame request) {
        PeerRequests server = served;
        if (server != null) {
            try {
                server.onRequest(request);
            } catch (RuntimeException e) {
                log.error(() -> "a '" + request.type().wireName() + "' failed", e);
            }
        }
    }

    /** Answers a request of the agent. Takes ownership of {@code reply}. */
    public void answer(Frame reply) {
        if (channel.isActive()) {
            exchanges.send(reply);
        } else {
            reply.release();
        }
    }

    /**
     * As {@link #answer}, and runs {@code sent} when the agent's socket has taken it. Does not if
     * the link is closed before.
     */
    public void answer(Frame reply, Runnable sent) {
        if (channel.isActive()) {
            exchanges.send(
                    reply,
                    channel.newPromise()
                            .addListener(it -> {
                                if (it.isSuccess()) {
                                    sent.run();
                                }
                            }));
        } else {
            reply.release();
        }
    }

    /** Why the link was closed; while it is open, what it would be if the agent closed it now. */
    public String closeReason() {
        return closeReason == null ? "the agent closed the connection" : closeReason;
    }

    /** The trunk that it is a branch of has heard this. */
    void announced(Heartbeat heartbeat) {
        silence.onFrame();
        peer.take(heartbeat);
        peer.tell();
        exchanges.grantAll();
    }

    /** Whether this side has closed it. */
    boolean isClosing() {
        return closeReason != null;
    }

    /** Ends every exchange on it with {@link Failure.LinkLost}. */
    public void close(String reason) {
        if (closeReason == null) {
            closeReason = reason;
        }
        channel.close();
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
