package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * The buckets of all timers, from 250 µs (a message over loopback) to 10 minutes. Between 5 ms and
 * 60 s each bucket is at most 2.5 times the one before, so quantiles are accurate.
 */
final class Buckets {
    private static final Duration[] UP_TO = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(25),
        Duration.ofSeconds(60),
        Duration.ofMinutes(10)
    };

    private Buckets() {}

    static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(UP_TO);
    }
}
