package dev.culvert.daemon.flows;

import java.time.Duration;

/** Counts what flows do. Safe for all threads. */
public interface FlowObserver {
    FlowObserver NONE =
            new FlowObserver() {
                @Override
                public void onRun(RunState state, Duration time) {}

                @Override
                public void onStep(String kind, StepState state, Duration time) {}

                @Override
                public void onRetry(String kind) {}

                @Override
                public void onCached(String kind) {}
            };

    /** A run has ended, or stops until somebody says what happened. */
    void onRun(RunState state, Duration time);

    /** A step has ended, or one item of it. */
    void onStep(String kind, StepState state, Duration time);

    /** A step is tried again. */
    void onRetry(String kind);

    /** A step has used the output of an earlier one. */
    void onCached(String kind);
}
