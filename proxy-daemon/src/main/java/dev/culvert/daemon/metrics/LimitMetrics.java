package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests that a limit of the daemon ended, by reason. */
final class LimitMetrics {
    /** {@code rate_limited} comes with limits of rates. */
    private static final List<String> REASONS =
            List.of("overloaded", "over_memory", "rate_limited", "busy", "draining", "other");

    private final Map<String, Counter> counters = new HashMap<>();
    private final Counter other;

    LimitMetrics(MeterRegistry registry) {
        for (String reason : REASONS) {
            counters.put(
                    reason,
                    Counter.builder("culvert.refusals")
                            .description(
                                    "Requests that were refused, and streams that ended, because of"
                                            + " a limit of the daemon or because it stopped, by"
                                            + " reason.")
                            .tag("reason", reason)
                            .register(registry));
        }
        other = counters.getOrDefault("other", counters.values().iterator().next());
    }

    void count(String reason) {
        counters.getOrDefault(reason, other).increment();
    }
}
