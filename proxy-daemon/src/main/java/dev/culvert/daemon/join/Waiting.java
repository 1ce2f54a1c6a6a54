package dev.culvert.daemon.join;

import dev.culvert.daemon.config.JoinSettings;
import dev.culvert.daemon.join.JoinObserver.Outcome;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Counts the connections of which nobody knows yet whose they are. Safe for all threads. */
public final class Waiting {
    /** A quarter of what the workers take by default. */
    private static final int MOST_BACKLOG = 64;

    private final Supplier<JoinSettings> settings;
    private final JoinObserver observer;
    private final IntSupplier backlog;
    private final AtomicInteger count = new AtomicInteger();
    private long nextTurn;
    private boolean begun;
    private long nextBegin;
    private boolean spaced;

    /**
     * Nobody waits yet.
     *
     * @param settings asked for at each connection
     * @param backlog how much work of handshakes, and of others, waits for the disk
     */
    public Waiting(Supplier<JoinSettings> settings, JoinObserver observer, IntSupplier backlog) {
        this.settings = settings;
        this.observer = observer;
        this.backlog = backlog;
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

    /**
     * For how long a handshake whose turn has come must wait nevertheless. After a standstill of
     * the loops many turns have come: they are made up for at twice the rate, and not all at once.
     *
     * @param now as of the same clock
     */
    synchronized long spaceNanos(long now) {
        if (nextBegin - now < 0 || !spaced) {
            nextBegin = now;
            spaced = true;
        }
        long wait = nextBegin - now;
        nextBegin += TimeUnit.SECONDS.toNanos(1) / settings().maxPerSecond() / 2;
        return wait;
    }

    /**
     * Whether the daemon does not keep up with the handshakes that it has begun. One more would be
     * in vain: it would be refused when the workers take no more, or be cut because it takes too
     * long.
     */
    boolean isBehind() {
        return backlog.getAsInt() >= MOST_BACKLOG;
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
