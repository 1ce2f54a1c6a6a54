package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The buckets of every duration: from 250 µs, a message over loopback, to ten minutes. */
final class Buckets {
    private static final Duration[] UP_TO = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofMinutes(10)
    };

    private Buckets() {}

    static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(UP_TO);
    }
}
