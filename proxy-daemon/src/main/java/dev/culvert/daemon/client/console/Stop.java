package dev.culvert.daemon.client.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks something that takes a while to stop. Safe for all threads. */
final class Stop {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final List<Runnable> actions = new ArrayList<>();
    private long askedNanos;

    /** Stops it; a second time does nothing. */
    void ask() {
        List<Runnable> todo;
        synchronized (this) {
            if (isAsked()) {
                return;
            }
            askedNanos = System.nanoTime();
            asked.countDown();
            todo = List.copyOf(actions);
        }
        todo.forEach(Runnable::run);
    }

    boolean isAsked() {
        return asked.getCount() == 0;
    }

    /** What stops it; runs at once if that was asked for before. */
    void onStop(Runnable action) {
        synchronized (this) {
            actions.add(action);
            if (!isAsked()) {
                return;
            }
        }
        action.run();
    }

    /** Waits; false if it is to stop. */
    boolean pause(Duration time) {
        try {
            return !asked.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How long ago it was asked for; nothing if it was not. */
    synchronized Duration since() {
        return isAsked() ? Duration.ofNanos(System.nanoTime() - askedNanos) : Duration.ZERO;
    }
}
