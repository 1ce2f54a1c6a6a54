package dev.culvert.daemon.turn;

import java.util.concurrent.CompletableFuture;

/**
 * How many turns are in progress that go on to their end if their clients leave, and when there are
 * none. Used on every event loop, under a lock; no other turn comes here.
 */
final class GoingOn {
    private int count;
    private CompletableFuture<Void> none = CompletableFuture.completedFuture(null);

    synchronized void begin() {
        if (count++ == 0) {
            none = new CompletableFuture<>();
        }
    }

    void end() {
        CompletableFuture<Void> last = null;
        synchronized (this) {
            if (--count == 0) {
                last = none;
            }
        }
        if (last != null) {
            last.complete(null);
        }
    }

    synchronized int count() {
        return count;
    }

    /** Completes when there is none. */
    synchronized CompletableFuture<Void> none() {
        return none;
    }
}
