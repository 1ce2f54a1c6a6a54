package dev.culvert.daemon.join;

import dev.culvert.daemon.config.JoinSettings;
import dev.culvert.daemon.join.JoinObserver.Outcome;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Counts the connections of which nobody knows yet whose they are. Safe for all threads. */
public final class Waiting {
    private final Supplier<JoinSettings> settings;
    private final JoinObserver observer;
    private final AtomicInteger count = new AtomicInteger();
    private long nextTurn;
    private boolean begun;

    /**
     * Nobody waits yet.
     *
     * @param settings asked for at each connection
     */
    public Waiting(Supplier<JoinSettings> settings, JoinObserver observer) {
        this.settings = settings;
        this.observer = observer;
    }

    JoinSettings settings() {
        return settings.get();
    }

    /** False if there are too many; else {@link #leave} must follow. */
    boolean enter() {
        if (count.incrementAndGet() > settings().maxHandshakes()) {
            count.decrementAndGet();
            observer.onEnded(Outcome.TOO_MANY);
            return false;
        }
        return true;
    }

    /**
     * For how long a handshake must wait for its turn. Turns come one after the other, evenly, so
     * that agents that come back all at once do not take the loops and the disk from the others.
     *
     * @param now as of a clock in nanoseconds
     */
    synchronized long turnNanos(long now) {
        if (nextTurn - now < 0 || !begun) {
            nextTurn = now;
            begun = true;
        }
        long wait = nextTurn - now;
        nextTurn += TimeUnit.SECONDS.toNanos(1) / settings().maxPerSecond();
        return wait;
    }

    void leave(Outcome outcome) {
        count.decrementAndGet();
        observer.onEnded(outcome);
    }

    /** Whether one more would be refused now. */
    boolean isFull() {
        return count.get() >= settings().maxHandshakes();
    }

    /** How many wait. */
    public int count() {
        return count.get();
    }
}
