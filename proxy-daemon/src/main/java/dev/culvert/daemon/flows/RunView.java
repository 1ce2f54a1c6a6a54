package dev.culvert.daemon.flows;

import java.util.List;
import java.util.Map;

/**
 * A run at one moment. Immutable.
 *
 * @param steps those that it asks for, in the order of the flow
 * @param unknown the steps and items of which nobody knows whether they were done
 * @param plan what the flow says of the steps, by their ids; empty if this daemon cannot read it
 *     any more. Nobody changes it.
 */
public record RunView(
        RunRecord run, List<StepRecord> steps, List<String> unknown, Map<String, Flow.Step> plan) {
    public RunView {
        steps = List.copyOf(steps);
        unknown = List.copyOf(unknown);
    }

    RunView(RunRecord run, List<StepRecord> steps, Map<String, Flow.Step> plan) {
        this(run, steps, List.of(), plan);
    }
}
