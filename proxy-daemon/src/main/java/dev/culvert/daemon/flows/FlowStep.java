package dev.culvert.daemon.flows;

import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A step that runs another flow of the daemon's folder, and has its outputs. */
/* The key of the step makes the id of the other run: a daemon that was killed finds it again. */
public final class FlowStep implements StepKind {
    private @Nullable Flows flows;
    private @Nullable FlowFolder folder;

    /** From now on it can run. */
    public void use(Flows those, FlowFolder with) {
        flows = those;
        folder = with;
    }

    @Override
    public String name() {
        return "flow";
    }

    @Override
    public String summary() {
        return "Run another flow of the daemon's folder";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of("name", Schema.TEXT, "The name of the flow").required(),
                Param.of("inputs", Schema.OBJECT, "Its inputs, by name"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("run", Schema.TEXT, "The id of its run"),
                Param.of("outputs", Schema.OBJECT, "Its outputs, by name"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        Flows those = flows;
        FlowFolder from = folder;
        if (those == null || from == null) {
            throw new IllegalStateException("nobody has given it flows");
        }
        Child child = new Child(those, from, input, end);
        child.begin();
        return child::cancel;
    }

    /** The other run. */
    private static final class Child implements FlowListener {
        private final Flows flows;
        private final FlowFolder folder;
        private final StepInput input;
        private final StepEnd end;
        private volatile @Nullable String id;
        private volatile boolean cancelled;

        Child(Flows flows, FlowFolder folder, StepInput input, StepEnd end) {
            this.flows = flows;
            this.folder = folder;
            this.input = input;
            this.end = end;
        }

        void begin() {
            try {
                flows.workers().execute(this, this::find);
            } catch (RejectedExecutionException _) {
                end.failed(
                        new StepFailure(
                                "overloaded",
                                "too much work waits for the daemon's disk (workers.queue)",
                                true));
            }
        }

        private void find() {
            if (cancelled) {
                return;
            }
            String key = input.key() + "." + input.attempt();
            RunRecord before = flows.withKey(key);
            try {
                if (before == null) {
                    start(key);
                } else {
                    follow(before.id());
                }
            } catch (FlowRefusal e) {
                end.failed(
                        new StepFailure(
                                "flow_refused", e.sentence(), e.why() == FlowRefusal.Why.TOO_MANY));
            } catch (IOException e) {
                end.failed(new StepFailure("flow_lost", String.valueOf(e.getMessage()), true));
            }
        }

        private void start(String key) throws FlowRefusal {
            Flow flow = folder.named(input.text("name", ""));
            Node given = input.params().nodes().get("inputs");
            Consumer<RunView> started =
                    view -> {
                        id = view.run().id();
                        if (cancelled) {
                            cancel(); // it began to start before
                        } else if (!flows.follow(view.run().id(), this)) {
                            onChanged(view);
                        }
                    };
            flows.start(
                    new Flows.Start(
                            flow,
                            input.caller(),
                            input.tenant(),
                            given instanceof Node.Members members ? members.nodes() : Map.of(),
                            RunRecord.Wanted.ALL,
                            key,
                            input.run() + "." + input.step()),
                    started);
        }

        private void follow(String run) throws FlowRefusal, IOException {
            id = run;
            if (cancelled) {
                cancel();
            } else if (!flows.follow(run, this)) {
                onChanged(flows.view(run, input.caller()));
            }
        }

        @Override
        public void onChanged(RunView view) {
            RunRecord run = view.run();
            switch (run.state()) {
                case RUNNING, UNKNOWN -> {}
                case DONE ->
                        end.done(
                                Values.members(
                                        Map.of(
                                                "run",
                                                Values.text(run.id()),
                                                "outputs",
                                                run.outputs() == null
                                                        ? Values.NULL
                                                        : run.outputs())));
                case FAILED, CANCELLED ->
                        end.failed(
                                new StepFailure(
                                        "flow_" + run.state().label(),
                                        "the flow '%s' was %s (run %s): %s"
                                                .formatted(
                                                        run.flow(),
                                                        run.state().label(),
                                                        run.id(),
                                                        run.error()),
                                        true));
            }
        }

        void cancel() {
            cancelled = true;
            String run = id;
            if (run != null) {
                flows.forget(run, this);
                try {
                    flows.cancel(run, input.caller());
                } catch (FlowRefusal _) {
                    // it has ended already
                }
            }
        }
    }
}
