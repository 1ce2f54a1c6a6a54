package dev.culvert.daemon.home;

import dev.culvert.daemon.config.HomeSettings;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The waits between attempts to reach an agent: exponential, with full jitter. */
final class Backoff {
    private static final int MAX_DOUBLINGS = 30;

    private final Supplier<HomeSettings> current;
    private final RandomGenerator random;
    private int attempts;

    Backoff(Supplier<HomeSettings> current, RandomGenerator random) {
        this.current = current;
        this.random = random;
    }

    /** The first wait is zero; the longest possible one doubles with each call after that. */
    Duration next() {
        int attempt = attempts;
        attempts = Math.min(attempt + 1, MAX_DOUBLINGS + 1);
        if (attempt == 0) {
            return Duration.ZERO;
        }
        HomeSettings settings = current.get();
        int doublings = Math.min(attempt - 1, MAX_DOUBLINGS);
        long max = settings.backoffMax().toMillis();
        long min = settings.backoffMin().toMillis();
        long most = min > max >> doublings ? max : min << doublings;
        return Duration.ofMillis(random.nextLong(Math.min(most, Long.MAX_VALUE - 1) + 1));
    }

    /** The link did useful work, so the next loss starts again with no wait. */
    void reset() {
        attempts = 0;
    }
}
