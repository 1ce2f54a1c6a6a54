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

/** Turns that are resumed, and turns that are cancelled. */
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
                            .description("Turns that the daemon cancelled, by cause.")
                            .tag("cause", cause.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        resumedByClient = resumed(registry, "client");
        resumedAfterLoss = resumed(registry, "link");
        stopped =
                Buckets.timer(
                                "culvert.turn.stop.duration",
                                "Time from when the client left, or from a DELETE, until the agent had"
                                        + " stopped; includes the grace (turns.resume_grace).")
                        .register(registry);
    }

    private static Counter resumed(MeterRegistry registry, String by) {
        return Counter.builder("culvert.turns.resumed")
                .description(
                        "Turns that were resumed: for a client that reconnected, or after a lost"
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
