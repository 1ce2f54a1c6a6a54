package dev.culvert.daemon.flows;

import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** A step for tests: does what the test says, and counts what it has done. */
final class DoStep implements StepKind {
    /** How often each step was begun. */
    final Map<String, Integer> begun = new TreeMap<>();

    final List<String> cancelled = new ArrayList<>();
    int most;
    private int running;
    volatile boolean idempotent;
    volatile BiConsumer<StepInput, StepEnd> action = (input, end) -> end.done(input.params());

    @Override
    public String name() {
        return "do";
    }

    @Override
    public String summary() {
        return "Do what a test says";
    }

    @Override
    public List<Param> params() {
        return List.of(Param.of("value", Schema.ANY, "Any value"));
    }

    @Override
    public List<Param> results() {
        return List.of();
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return idempotent;
    }

    @Override
    public synchronized Runnable run(StepInput input, StepEnd end) {
        begun.merge(input.step(), 1, Integer::sum);
        running++;
        most = Math.max(most, running);
        action.accept(
                input,
                new StepEnd() {
                    @Override
                    public void done(Node output) {
                        ended();
                        end.done(output);
                    }

                    @Override
                    public void failed(StepFailure why) {
                        ended();
                        end.failed(why);
                    }
                });
        return () -> {
            synchronized (this) {
                cancelled.add(input.step());
            }
        };
    }

    private synchronized void ended() {
        running--;
    }

    synchronized int begun(String step) {
        return begun.getOrDefault(step, 0);
    }

    synchronized List<String> cancelled() {
        return List.copyOf(cancelled);
    }
}
