package dev.culvert.link;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what an agent can cause as often as it likes: at most one line a second for each link, and
 * then how many more there would have been. Confined to the event loop.
 */
final class PeerLog {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);

    private final AgentLink link;
    private final EventLoop loop;
    private final LinkObserver observer;

    /** Runs for a second after each line; until it ends, lines are only counted. */
    private @Nullable ScheduledFuture<?> pause;

    private long heldBack;

    PeerLog(AgentLink link, EventLoop loop, LinkObserver observer) {
        this.link = link;
        this.loop = loop;
        this.observer = observer;
    }

    /**
     * @param line called only if the line is logged
     */
    void warn(Supplier<String> line) {
        if (pause == null) {
            LOG.warn("{} {}", link, line.get());
            pause();
        } else {
            holdBack();
        }
    }

    /** As {@link #warn}, for a failure of this side over what the agent sent. */
    void error(Supplier<String> line, Throwable cause) {
        if (pause == null) {
            LOG.error("{}: {}", link, line.get(), cause);
            pause();
        } else {
            holdBack();
        }
    }

    private void pause() {
        pause = loop.schedule(this::goOn, 1, TimeUnit.SECONDS);
    }

    private void holdBack() {
        heldBack++;
        observer.onLineHeldBack();
    }

    private void goOn() {
        pause = null;
        tellHeldBack();
    }

    private void tellHeldBack() {
        if (heldBack > 0) {
            long lines = heldBack;
            heldBack = 0;
            warn(() -> "caused " + lines + " more lines like the last one, which were not logged");
        }
    }

    /** The link is closed. */
    void end() {
        if (pause != null) {
            pause.cancel(false);
            pause = null;
            tellHeldBack();
        }
        if (pause != null) {
            pause.cancel(false);
        }
    }
}
