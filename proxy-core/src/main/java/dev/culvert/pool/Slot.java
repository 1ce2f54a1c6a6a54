package dev.culvert.pool;

import dev.culvert.io.Quoted;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import dev.culvert.transport.AgentAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's link to one agent on one lane, and the requests that wait for it. Confined to
 * that loop.
 */
final class Slot implements DialListener {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

    private final LoopPool pool;
    private final AgentAddress address;
    private final Lane lane;
    private final Queue<DialListener> waiting = new ArrayDeque<>();
    private @Nullable AgentLink link;
    private @Nullable Failure recentFailure;
    private @Nullable String closeReason;
    private boolean dialling;
    private boolean used;

    Slot(LoopPool pool, AgentAddress address, Lane lane) {
        this.pool = pool;
        this.address = address;
        this.lane = lane;
    }

    AgentAddress address() {
        return address;
    }

    Lane lane() {
        return lane;
    }

    void acquire(DialListener listener) {
        used = true;
        if (link != null && link.isOpen()) {
            listener.onLink(link);
        } else if (recentFailure != null) {
            listener.onFailure(recentFailure);
        } else if (waiting.size() == pool.limits().maxWaiting()) {
            listener.onFailure(
                    new Failure.Overloaded(
                            pool.limits().maxWaiting()
                                    + " requests already wait for a link to "
                                    + address
                                    + ", and no more may (pool.max_waiting)"));
        } else {
            waiting.add(listener);
            pool.observer().onWaiting(1);
            if (!dialling) {
                dialling = true;
                pool.dial(address, this);
            }
        }
    }

    @Override
    public void onLink(AgentLink dialled) {
        dialling = false;
        used = true;
        link = dialled;
        dialled.closed().addListener(_ -> onClosed(dialled));
        if (closeReason != null) {
            dialled.close(closeReason);
        }
        tellWaiting(listener -> listener.onLink(dialled));
    }

    @Override
    public void onFailure(Failure failure) {
        dialling = false;
        recentFailure = failure;
        pool.afterDialPause(this::forgetFailure);
        tellWaiting(listener -> listener.onFailure(failure));
    }

    private void forgetFailure() {
        recentFailure = null;
        pool.dropIfUnused(this);
    }

    private void onClosed(AgentLink closed) {
        if (link == closed) {
            link = null;
            pool.dropIfUnused(this);
        }
    }

    /** If a listener throws, the others are still told. */
    private void tellWaiting(Consumer<DialListener> word) {
        List<DialListener> told = List.copyOf(waiting);
        waiting.clear();
        pool.observer().onWaiting(-told.size());
        for (DialListener listener : told) {
            try {
                word.accept(listener);
            } catch (Throwable e) { // an Error too: Netty throws one where direct memory runs out
                LOG.error(
                        "a request that waited for {} failed", Quoted.word(address.toString()), e);
            }
        }
    }

    /** Runs every idle time-out: closes the link if it carried nothing since the last run. */
    void sweep() {
        if (link != null && !used && link.inFlight() == 0) {
            link.close("idle");
        }
        used = link != null && link.inFlight() > 0;
    }

    void close(String reason) {
        closeReason = reason;
        Failure failure = new Failure.Unreachable(reason);
        tellWaiting(listener -> listener.onFailure(failure));
        if (link != null) {
            link.close(reason);
        }
    }

    boolean isUnused() {
        return link == null && !dialling && recentFailure == null && waiting.isEmpty();
    }
}
