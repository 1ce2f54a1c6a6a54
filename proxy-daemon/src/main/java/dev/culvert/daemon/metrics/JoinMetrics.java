package dev.culvert.daemon.metrics;

import dev.culvert.daemon.join.JoinObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Connections of agents that dial in. */
public final class JoinMetrics implements JoinObserver {
    private final Map<Outcome, Counter> ended = new EnumMap<>(Outcome.class);

    JoinMetrics(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            ended.put(
                    outcome,
                    Counter.builder("culvert.join.connections")
                            .description(
                                    "Connections that agents opened, by what became of them before"
                                            + " or when the daemon knew the agent.")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    @Override
    public void onEnded(Outcome outcome) {
        Counter counter = ended.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }
}
