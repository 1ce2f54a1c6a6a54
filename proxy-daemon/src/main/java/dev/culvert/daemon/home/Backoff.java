package dev.culvert.daemon.home;

import dev.culvert.daemon.config.HomeSettings;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** How long to wait before the next attempt: exponential, with full jitter. */
final class Backoff {
    private static final int MAX_DOUBLINGS = 30;

    private final Supplier<HomeSettings> current;
    private final RandomGenerator random;
    private int attempts;

    Backoff(Supplier<HomeSettings> current, RandomGenerator random) {
        this.current = current;
        this.random = random;
    }

    /** The first attempt comes at once; each further one may wait twice as long as the last. */
    Duration next() {
        int attempt = attempts++;
        if (attempt == 0) {
            return Duration.ZERO;
        }
        HomeSettings settings = current.get();
        long most =
                Math.min(
                        settings.backoffMax().toMillis(),
                        settings.backoffMin().toMillis() << Math.min(attempt - 1, MAX_DOUBLINGS));
        return Duration.ofMillis(random.nextLong(most + 1));
    }

    /** The link did something useful: the next loss is not a continuation of the last. */
    void reset() {
        attempts = 0;
    }
}
