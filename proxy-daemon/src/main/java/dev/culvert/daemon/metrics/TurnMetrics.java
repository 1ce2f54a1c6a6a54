package dev.culvert.daemon.metrics;

import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.TurnObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Turns that are taken up again, and turns that are stopped. */
public final class TurnMetrics implements TurnObserver {
    private final Map<CancelCause, Counter> cancelled = new EnumMap<>(CancelCause.class);
    private final Counter resumedByClient;
    private final Counter resumedAfterLoss;
    private final Timer stopped;

    TurnMetrics(MeterRegistry registry) {
        for (CancelCause cause : CancelCause.values()) {
            cancelled.put(
                    cause,
                    Counter.builder("culvert.turns.cancelled")
                            .description("Turns that were stopped, by why.")
                            .tag("cause", cause.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        resumedByClient = resumed(registry, "client");
        resumedAfterLoss = resumed(registry, "link");
        stopped =
                Buckets.timer(
                                "culvert.turn.stop.duration",
                                "From a client being gone, or a DELETE, to the agent having stopped"
                                        + " its runtime; the grace included.")
                        .register(registry);
    }

    private static Counter resumed(MeterRegistry registry, String by) {
        return Counter.builder("culvert.turns.resumed")
                .description(
                        "Turns taken up again: for a client that came back, or after the loss of a"
                                + " link.")
                .tag("by", by)
                .register(registry);
    }

    @Override
    public void onCancelled(CancelCause cause) {
        Counter counter = cancelled.get(cause);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void onResumed(boolean byClient) {
        (byClient ? resumedByClient : resumedAfterLoss).increment();
    }

    @Override
    public void onStopped(long nanos) {
        stopped.record(nanos, TimeUnit.NANOSECONDS);
    }
}
