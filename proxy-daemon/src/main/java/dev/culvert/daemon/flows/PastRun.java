package dev.culvert.daemon.flows;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.BadSettingsException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run that has ended, as the journal has it. */
final class PastRun {
    private static final Logger LOG = LoggerFactory.getLogger(Flows.class);

    private PastRun() {}

    /** All that the journal says. */
    static RunView view(
            FlowStore.RunRow row,
            List<FlowStore.StepRow> steps,
            StepKinds kinds,
            FlowSettings settings) {
        RunRecord record = RunRecord.of(row);
        Map<String, Flow.Step> plan = plan(record, kinds, settings);
        return new RunView(record, inOrder(plan.keySet(), steps), plan);
    }

    /** What the flow says of the steps of that run; empty if this daemon cannot read it. */
    private static Map<String, Flow.Step> plan(
            RunRecord record, StepKinds kinds, FlowSettings settings) {
        try {
            Flow flow = FlowReader.read(record.file(), record.text(), kinds, settings);
            return Plan.of(flow, record.wanted());
        } catch (BadSettingsException e) {
            LOG.debug("the flow of {} is not one any more", record.id(), e);
            return Map.of();
        }
    }

    /** As the flow has them; those that never began are waiting. */
    private static List<StepRecord> inOrder(Set<String> planned, List<FlowStore.StepRow> rows) {
        Map<String, StepRecord> steps = new LinkedHashMap<>();
        planned.forEach(it -> steps.put(it, StepRecord.waiting(it)));
        for (FlowStore.StepRow row : rows) {
            if (!row.step().contains("[")) {
                try {
                    steps.put(row.step(), StepRecord.of(row));
                } catch (RuntimeException e) {
                    LOG.debug("the step {} of {} cannot be read", row.step(), row.run(), e);
                }
            }
        }
        return List.copyOf(steps.values());
    }
}
