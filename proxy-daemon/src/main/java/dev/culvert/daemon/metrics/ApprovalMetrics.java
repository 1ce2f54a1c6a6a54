package dev.culvert.daemon.metrics;

import dev.culvert.daemon.approvals.ApprovalObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Calls that somebody had to approve. */
public final class ApprovalMetrics implements ApprovalObserver {
    private final Map<Outcome, Timer> waited = new EnumMap<>(Outcome.class);
    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
    private final Counter used;

    ApprovalMetrics(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            waited.put(
                    outcome,
                    Buckets.timer(
                                    "culvert.approvals.wait.duration",
                                    "Time that calls of tools waited for somebody's decision, by how"
                                            + " that ended.")
                            .tag("outcome", outcome.label())
                            .register(registry));
        }
        for (Refusal refusal : Refusal.values()) {
            refused.put(
                    refusal,
                    Counter.builder("culvert.approvals.refused")
                            .description(
                                    "What agents asked and claimed about approvals and were refused,"
                                            + " by reason.")
                            .tag("reason", refusal.label())
                            .register(registry));
        }
        used =
                Counter.builder("culvert.approvals.used")
                        .description("Approvals that agents have used, each once.")
                        .register(registry);
    }

    @Override
    public void onWaited(Outcome outcome, Duration time) {
        Timer timer = waited.get(outcome);
        if (timer != null) {
            timer.record(time);
        }
    }

    @Override
    public void onUsed() {
        used.increment();
    }

    @Override
    public void onRefused(Refusal why) {
        Counter counter = refused.get(why);
        if (counter != null) {
            counter.increment();
        }
    }
}
