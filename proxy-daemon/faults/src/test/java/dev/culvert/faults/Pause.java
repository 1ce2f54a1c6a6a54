package dev.culvert.faults;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Lets time pass, where the harness is slow on purpose. */
final class Pause {
    private Pause() {}

    static void of(Duration time) {
        until(System.nanoTime() + time.toNanos());
    }

    static void ofMillis(long millis) {
        of(Duration.ofMillis(millis));
    }

    /** Waits until this value of {@link System#nanoTime}. */
    static void until(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
