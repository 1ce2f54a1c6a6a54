package dev.culvert.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about, and no longer than it takes. */
public final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Eventually() {}

    /** Returns once {@code assertion} holds; throws what it last threw when it never does. */
    public static void await(Runnable assertion) {
        await(PATIENCE, assertion);
    }

    public static void await(Duration patience, Runnable assertion) {
        await(patience, Duration.ofMillis(1), assertion);
    }

    /**
     * The same.
     *
     * @param pause between two looks, where one is dear
     */
    public static void await(Duration patience, Duration pause, Runnable assertion) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(pause.toNanos());
            }
        }
    }
}
