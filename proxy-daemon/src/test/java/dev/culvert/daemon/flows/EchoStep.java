package dev.culvert.daemon.flows;

import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import java.util.List;

/** A step for tests: its output has its value. */
final class EchoStep implements StepKind {
    @Override
    public String name() {
        return "echo";
    }

    @Override
    public String summary() {
        return "Repeat a value";
    }

    @Override
    public List<Param> params() {
        return List.of(Param.of("value", Schema.ANY, "Any value").required());
    }

    @Override
    public List<Param> results() {
        return List.of(Param.of("value", Schema.ANY, "The same value"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return false;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        end.done(Values.members(input.params().nodes()));
        return () -> {};
    }
}
