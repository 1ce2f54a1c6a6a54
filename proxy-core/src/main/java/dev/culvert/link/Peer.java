package dev.culvert.link;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent of a link has said of itself, and who waits for that. */
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
                    "{} leads to an agent of protocol '{}': only the base protocol is used with it,"
                            + " for this daemon speaks 1.x",
                    link,
                    said.protocol());
        }
        announced = true;
        return said;
    }

    /** Tells those who wait for a heartbeat. */
    void tell() {
        run(heartbeatAction);
        runWhenAnnounced();
    }

    /** Runs {@code action} when the agent has said what it is, or at once. */
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

    /** What fails over a heartbeat is no reason to close the link to an honest agent. */
    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("{}: what waited for its heartbeat failed", link, e);
        }
    }

    void onHeartbeat(Runnable action) {
        heartbeatAction = action;
    }

    Heartbeat said() {
        return said;
    }

    boolean isAnnounced() {
        return announced;
    }
}
