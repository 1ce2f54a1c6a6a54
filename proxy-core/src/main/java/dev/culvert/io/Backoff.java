package dev.culvert.io;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The waits between attempts to reach somebody: exponential, with full jitter after the cap. */
/* With jitter before the cap, all who wait for long would wait for exactly the longest time, and come
 * back together. */
public final class Backoff {
    private static final int MAX_DOUBLINGS = 30;

    private final Supplier<Duration> min;
    private final Supplier<Duration> max;
    private final RandomGenerator random;
    private int attempts;

    /**
     * Has waited for nothing yet.
     *
     * @param min the longest possible wait after the first, which is zero; asked for at each call
     * @param max the longest possible wait of all; asked for at each call
     */
    public Backoff(Supplier<Duration> min, Supplier<Duration> max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
    }

    /** The first wait is zero; the longest possible one doubles with each call after that. */
    public Duration next() {
        int attempt = attempts;
        attempts = Math.min(attempt + 1, MAX_DOUBLINGS + 1);
        if (attempt == 0) {
            return Duration.ZERO;
        }
        int doublings = Math.min(attempt - 1, MAX_DOUBLINGS);
        long longest = max.get().toMillis();
        long first = min.get().toMillis();
        long most = first > longest >> doublings ? longest : first << doublings;
        return Duration.ofMillis(random.nextLong(Math.min(most, Long.MAX_VALUE - 1) + 1));
    }

    /** There was useful work, so the next loss starts again with no wait. */
    public void reset() {
        attempts = 0;
    }
}
