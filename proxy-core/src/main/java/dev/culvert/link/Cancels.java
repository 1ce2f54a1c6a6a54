package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Asks the agent to end turns. Before its first heartbeat nobody knows whether it understands that,
 * so what is to end until then waits for that heartbeat. Confined to the event loop.
 */
final class Cancels {
    /** Of an agent that never sends a heartbeat. */
    private static final int MOST_WAITING = 1_024;

    private final Channel channel;
    private final Peer peer;
    private final Predicate<String> isAbandoned;
    private final Consumer<Frame> sender;

    private Set<String> waiting = Set.of();

    /**
     * @param isAbandoned whether this side has ended an exchange, and the agent has not yet
     * @param sender takes ownership of a frame
     */
    Cancels(Channel channel, Peer peer, Predicate<String> isAbandoned, Consumer<Frame> sender) {
        this.channel = channel;
        this.peer = peer;
        this.isAbandoned = isAbandoned;
        this.sender = sender;
    }

    /** False if the agent does not understand it. */
    boolean send(String id) {
        boolean understood = channel.isActive() && peer.can(Feature.CANCEL);
        if (understood) {
            sender.accept(Frame.bare(FrameType.CANCEL, id));
        }
        return understood;
    }

    /** Sends it now, or once the agent has said that it understands it. */
    void sendOnceAnnounced(String id) {
        if (peer.isAnnounced()) {
            send(id);
        } else if (channel.isActive() && waiting.size() < MOST_WAITING) {
            if (waiting.isEmpty()) {
                waiting = new LinkedHashSet<>();
                peer.whenAnnounced(this::sendAll, true);
            }
            waiting.add(id);
        }
    }

    private void sendAll() {
        Set<String> now = waiting;
        waiting = Set.of();
        now.stream().filter(isAbandoned).forEach(this::send);
    }
}
