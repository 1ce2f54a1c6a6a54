package dev.culvert.daemon.flows;

import dev.culvert.about.Units;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A step that lets time pass. */
public final class WaitStep implements StepKind {
    @Override
    public String name() {
        return "wait";
    }

    @Override
    public String summary() {
        return "Let time pass";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of("for", Schema.TEXT, "How long, such as \"500ms\", \"10s\" or \"1h\"")
                        .required());
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("waited_ms", Schema.number(0, Long.MAX_VALUE), "How long it waited"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        String text = input.text("for", "");
        Duration time;
        try {
            time = Units.duration(text);
        } catch (NumberFormatException _) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "wait.for is '%s': it takes a time such as \"500ms\", \"10s\" or \"1h\""
                                    .formatted(text),
                            false));
            return () -> {};
        }
        Node output = Values.members(Map.of("waited_ms", Values.number(time.toMillis())));
        Future<?> timer =
                input.loop().schedule(() -> end.done(output), time.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }
}
