package dev.culvert.link;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent of a link has said about itself, and who waits for that. Confined to the loop. */
final class Peer {
    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

    private final AgentLink link;
    private final List<Runnable> whenAnnounced = new ArrayList<>();
    private Runnable heartbeatAction = () -> {};
    private Heartbeat said = Heartbeat.NONE;
    private boolean announced;

    Peer(AgentLink link) {
        this.link = link;
    }

    /** Borrows {@code payload}. */
    Heartbeat hear(ByteBuf payload) throws IOException {
        said = HeartbeatReader.read(payload);
        if (!announced && said.isOfAnotherMajor()) {
            LOG.warn(
                    "{}: the agent speaks protocol '{}', this side 1.x: only the base protocol is"
                            + " used with it",
                    link,
                    said.protocol());
        }
        announced = true;
        return said;
    }

    /** The agent said this on the trunk that the link is a branch of. */
    void take(Heartbeat heartbeat) {
        said = heartbeat;
        announced = true;
    }

    /** Runs what waits for a heartbeat. */
    void tell() {
        run(heartbeatAction);
        runWhenAnnounced();
    }

    /**
     * Runs {@code action} after the first heartbeat; at once after that, or if the link is closed.
     */
    void whenAnnounced(Runnable action, boolean isOpen) {
        whenAnnounced.add(action);
        if (announced || !isOpen) {
            runWhenAnnounced();
        }
    }

    void runWhenAnnounced() {
        List<Runnable> actions = List.copyOf(whenAnnounced);
        whenAnnounced.clear();
        actions.forEach(this::run);
    }

    /** An action that fails is no reason to close the link to an honest agent. */
    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("{}: an action after its heartbeat failed", link, e);
        }
    }

    void onHeartbeat(Runnable action) {
        heartbeatAction = action;
    }

    Heartbeat said() {
        return said;
    }

    boolean can(Feature feature) {
        return said.features().contains(feature);
    }

    boolean isAnnounced() {
        return announced;
    }
}
