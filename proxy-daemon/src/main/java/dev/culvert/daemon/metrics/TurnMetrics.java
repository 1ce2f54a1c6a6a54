package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Turns that are taken up again, and turns that are stopped. */
public final class TurnMetrics {
    /** Why a turn was stopped before its end. */
    public enum Cause {
        CLIENT_GONE,
        DELETED,
        SLOW_CONSUMER,
        CREDIT_IGNORED,
        ANSWER_REFUSED,
        SHUTDOWN
    }

    private final Map<Cause, Counter> cancelled = new EnumMap<>(Cause.class);
    private final Counter resumedByClient;
    private final Counter resumedAfterLoss;
    private final Timer stopped;

    TurnMetrics(MeterRegistry registry) {
        for (Cause cause : Cause.values()) {
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

    public void onCancelled(Cause cause) {
        Counter counter = cancelled.get(cause);
        if (counter != null) {
            counter.increment();
        }
    }

    public void onResumed(boolean byClient) {
        (byClient ? resumedByClient : resumedAfterLoss).increment();
    }

    /** The agent has confirmed that nothing runs any more. */
    public void onStopped(long nanos) {
        stopped.record(nanos, TimeUnit.NANOSECONDS);
    }
}
