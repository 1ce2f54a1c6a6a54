package dev.culvert.daemon.metrics;

import dev.culvert.daemon.subjects.SubjectObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages and requests on subjects. */
public final class SubjectMetrics implements SubjectObserver {
    private final Map<Source, Counter> published = new EnumMap<>(Source.class);
    private final Map<Outcome, Counter> asked = new EnumMap<>(Outcome.class);
    private final Counter missed;

    SubjectMetrics(MeterRegistry registry) {
        for (Source source : Source.values()) {
            published.put(
                    source,
                    Counter.builder("culvert.subjects.messages")
                            .description(
                                    "Messages that agents and clients published on subjects, the"
                                            + " requests of agents included.")
                            .tag("source", source.label())
                            .register(registry));
        }
        for (Outcome outcome : Outcome.values()) {
            asked.put(
                    outcome,
                    Counter.builder("culvert.subjects.requests")
                            .description(
                                    "Requests of agents on subjects that have ended, by outcome.")
                            .tag("outcome", outcome.label())
                            .register(registry));
        }
        missed =
                Counter.builder("culvert.subjects.missed")
                        .description(
                                "Messages that a subscriber did not get because too many waited"
                                        + " for it (subjects.max_queued, subjects.max_queued_bytes).")
                        .register(registry);
    }

    @Override
    public void onPublished(Source source) {
        increment(published.get(source));
    }

    @Override
    public void onMissed() {
        missed.increment();
    }

    @Override
    public void onAsked(Outcome outcome) {
        increment(asked.get(outcome));
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
