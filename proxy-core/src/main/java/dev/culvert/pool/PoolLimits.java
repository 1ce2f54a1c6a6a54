package dev.culvert.pool;

import java.time.Duration;

/**
 * How long requests wait for links, and how long links are kept.
 *
 * @param maxWaiting how many requests may wait for one dial, for each agent and event loop; one
 *     more fails as overloaded
 * @param dialPause for how long after a failed dial requests fail at once with its reason; a random
 *     part of up to half of it is added
 * @param idleTimeout a link that carries nothing is closed after this time, at the latest after
 *     twice this time
 */
public record PoolLimits(int maxWaiting, Duration dialPause, Duration idleTimeout) {
    public static final PoolLimits DEFAULTS =
            new PoolLimits(1_024, Duration.ofMillis(500), Duration.ofSeconds(60));

    public PoolLimits {
        if (maxWaiting < 1) {
            throw new IllegalArgumentException(
                    "max_waiting is " + maxWaiting + ": it must be at least 1");
        }
        if (dialPause.isNegative()) {
            throw new IllegalArgumentException(
                    "dial_pause is " + dialPause.toMillis() + "ms: it must not be negative");
        }
        if (idleTimeout.isNegative() || idleTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "idle_timeout is "
                            + idleTimeout.toMillis()
                            + "ms: it must be more than nothing");
        }
    }
}
