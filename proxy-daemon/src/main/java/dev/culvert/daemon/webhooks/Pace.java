package dev.culvert.daemon.webhooks;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The waits between attempts: they double, and each is from half of that to all of it.
 *
 * @param first the longest wait after the first failure
 * @param most the longest of all
 */
record Pace(Duration first, Duration most, RandomGenerator random) {
    private static final int MOST_DOUBLINGS = 30;

    /** After so many failures in a row, at least one. */
    Duration after(int failures) {
        long longest = most.toMillis();
        int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
        long whole =
                first.toMillis() > longest >> doublings ? longest : first.toMillis() << doublings;
        return Duration.ofMillis(whole - random.nextLong(whole / 2 + 1));
    }
}
