package dev.culvert.daemon.metrics;

import dev.culvert.daemon.flows.FlowObserver;
import dev.culvert.daemon.flows.RunState;
import dev.culvert.daemon.flows.StepState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Runs of flows and their steps. The kinds of steps are few, and known to the daemon. */
public final class FlowMetrics implements FlowObserver {
    private final MeterRegistry registry;
    private final Map<RunState, Timer> runs = new EnumMap<>(RunState.class);
    private final Map<String, Timer> steps = new ConcurrentHashMap<>();
    private final Map<String, Counter> retries = new ConcurrentHashMap<>();
    private final Map<String, Counter> cached = new ConcurrentHashMap<>();

    FlowMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (RunState state : RunState.values()) {
            if (state != RunState.RUNNING) {
                runs.put(
                        state,
                        Buckets.timer(
                                        "culvert.flow.run.duration",
                                        "Time of runs of flows, by how they ended; unknown ones wait"
                                                + " for somebody.")
                                .tag("state", state.label())
                                .register(registry));
            }
        }
    }

    @Override
    public void onRun(RunState state, Duration time) {
        Timer timer = runs.get(state);
        if (timer != null) {
            timer.record(time);
        }
    }

    @Override
    public void onStep(String kind, StepState state, Duration time) {
        steps.computeIfAbsent(
                        kind + " " + state,
                        _ ->
                                Buckets.timer(
                                                "culvert.flow.step.duration",
                                                "Time of steps of flows, by kind and how they ended;"
                                                        + " each item of a step counts.")
                                        .tag("kind", kind)
                                        .tag("state", state.label())
                                        .register(registry))
                .record(time);
    }

    @Override
    public void onRetry(String kind) {
        retries.computeIfAbsent(
                        kind,
                        _ ->
                                Counter.builder("culvert.flow.retries")
                                        .description("Further attempts of steps of flows, by kind.")
                                        .tag("kind", kind)
                                        .register(registry))
                .increment();
    }

    @Override
    public void onCached(String kind) {
        cached.computeIfAbsent(
                        kind,
                        _ ->
                                Counter.builder("culvert.flow.cached")
                                        .description(
                                                "Steps of flows that used the output of an earlier"
                                                        + " one, by kind.")
                                        .tag("kind", kind)
                                        .register(registry))
                .increment();
    }
}
