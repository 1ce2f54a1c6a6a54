package dev.culvert.upstream;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import java.time.Duration;

/**
 * How long a server may take.
 *
 * @param connect for the look-up, the connection and TLS
 * @param idle between two parts of an answer, and before the first one
 */
public record UpstreamLimits(Duration connect, Duration idle) {
    private static final Duration LONGEST = Duration.ofDays(1);

    public static final UpstreamLimits DEFAULTS =
            new UpstreamLimits(Duration.ofSeconds(10), Duration.ofMinutes(5));

    public UpstreamLimits {
        check("connect_timeout", connect);
        check("idle_timeout", idle);
    }

    private static void check(String key, Duration value) {
        Check.positive(key, value);
        Check.that(
                value.compareTo(LONGEST) <= 0, key, Units.text(value), "it can be at most a day");
    }
}
