package dev.culvert.daemon.client.console;

import java.time.Duration;

/** Durations for people. */
final class Times {
    private static final int SECOND = 1_000;

    private Times() {}

    /** {@code 12 ms}, {@code 1.2 s}, {@code 2 min 3 s}. */
    static String text(Duration time) {
        long millis = time.toMillis();
        if (millis < 100) {
            return millis + " ms";
        }
        return time.toMinutes() == 0
                ? "%d.%d s".formatted(millis / SECOND, millis % SECOND / 100)
                : "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart());
    }
}
