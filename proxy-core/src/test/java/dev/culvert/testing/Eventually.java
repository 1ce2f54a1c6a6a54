package dev.culvert.testing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about, and no longer than it takes. */
public final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Eventually() {}

    /** Returns once {@code assertion} holds; throws what it last threw when it never does. */
    public static void await(Runnable assertion) {
        await(PATIENCE, assertion);
    }

    public static void await(Duration patience, Runnable assertion) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(MILLISECONDS.toNanos(1));
            }
        }
    }
}
