package dev.culvert.daemon.metrics;

import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.ToolCallEnd;
import dev.culvert.daemon.turn.TurnObserver;
import dev.culvert.daemon.turn.TurnTokens;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Turns that are resumed, and turns that are cancelled. */
public final class TurnMetrics implements TurnObserver {
    private final Map<CancelCause, Counter> cancelled = new EnumMap<>(CancelCause.class);
    private final Counter resumedByClient;
    private final Counter resumedAfterLoss;
    private final Map<CancelCause, Timer> stopped = new EnumMap<>(CancelCause.class);
    private final Timer queued;
    private final Consumer<TokenUsage> tokens;
    private final ToolCallMetrics tools;

    /**
     * @param tokens counts those of turns that no client read to the end
     */
    TurnMetrics(MeterRegistry registry, Consumer<TokenUsage> tokens) {
        this.tokens = tokens;
        tools = new ToolCallMetrics(registry);
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
        for (CancelCause cause : CancelCause.values()) {
            stopped.put(
                    cause,
                    Buckets.timer(
                                    "culvert.turn.stop.duration",
                                    "Time from when nobody wanted a turn any more until its agent"
                                            + " had stopped, by cause; includes the grace"
                                            + " (turns.resume_grace).")
                            .tag("cause", cause.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        queued =
                Buckets.timer(
                                "culvert.turn.queue.duration",
                                "Time that turns waited for a link to their agent; only of those"
                                        + " that had to wait.")
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
    public void onQueued(long nanos) {
        queued.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onTokens(TurnTokens took) {
        tokens.accept(new TokenUsage(took.input(), took.output()));
    }

    @Override
    public void onToolCall(ToolCallEnd end) {
        tools.count(end);
    }

    @Override
    public void onStopped(CancelCause cause, long nanos) {
        Timer timer = stopped.get(cause);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
