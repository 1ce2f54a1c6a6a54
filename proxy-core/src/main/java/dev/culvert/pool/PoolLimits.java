package dev.culvert.pool;

import java.time.Duration;

/**
 * How links are waited for and kept.
 *
 * @param maxWaiting requests that wait for one dial, by agent and event loop; one more fails as
 *     overloaded
 * @param dialPause how long a failed dial answers for those that come after it: this long, and by
 *     chance up to half as long again
 * @param idleTimeout a link that carried nothing for this long, and at the most twice this long, is
 *     closed
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
