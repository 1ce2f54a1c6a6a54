package dev.culvert.daemon.triggers;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.flows.Flow;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.flows.RunView;
import dev.culvert.daemon.triggers.TriggerObserver.Outcome;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts flows for triggers, each as the caller that the trigger is. For all threads. */
public final class Starter {
    private final Flows flows;
    private final FlowFolder folder;
    private final TriggerObserver observer;

    public Starter(Flows flows, FlowFolder folder, TriggerObserver observer) {
        this.flows = flows;
        this.folder = folder;
        this.observer = observer;
    }

    TriggerObserver observer() {
        return observer;
    }

    /** Who runs what a trigger starts. */
    public static Caller caller(TriggerSettings of) {
        return new Caller(of.name(), Caller.Kind.TRIGGER, of.tenant(), of.scopes(), null);
    }

    /** What became of it. */
    sealed interface Began {
        /** The consumer is told. */
        record Starting() implements Began {}

        /** A run of the flow is going on. */
        record Busy(String run) implements Began {}
    }

    /**
     * Starts the flow. Blocks.
     *
     * @param key the same cause has the same key; null for one that comes once
     * @param payload what came with the cause; null if nothing did
     * @param started is told of the run, on its event loop
     * @throws FlowRefusal when it cannot be started
     */
    Began start(
            TriggerSettings of,
            @Nullable String key,
            @Nullable Node payload,
            Consumer<RunView> started)
            throws FlowRefusal {
        Map<String, Node> inputs = new LinkedHashMap<>();
        if (Jsonc.read(of.inputs()) instanceof Node.Members given) {
            inputs.putAll(given.nodes());
        }
        of.input()
                .ifPresent(name -> {
                    if (payload != null) {
                        inputs.put(name, payload);
                    }
                });
        Began began;
        try {
            Flow flow = folder.named(of.flow());
            Flows.Start start =
                    new Flows.Start(
                            flow,
                            caller(of),
                            of.tenant(),
                            inputs,
                            RunRecord.Wanted.ALL,
                            key == null ? null : "trigger/" + of.name() + "/" + key,
                            "");
            began = startUnlessOneGoesOn(of, start, started);
        } catch (FlowRefusal e) {
            observer.on(Outcome.FAILED);
            throw e;
        }
        observer.on(began instanceof Began.Busy ? Outcome.SKIPPED : Outcome.STARTED);
        return began;
    }

    /** One after the other: of two requests at once, the second finds the run of the first. */
    private synchronized Began startUnlessOneGoesOn(
            TriggerSettings of, Flows.Start start, Consumer<RunView> started) throws FlowRefusal {
        String key = start.key();
        if (!of.overlaps() && (key == null || flows.withKey(key) == null)) {
            Optional<RunRecord> going = goingOn(of);
            if (going.isPresent()) {
                return new Began.Busy(going.get().id());
            }
        }
        flows.start(start, started);
        return new Began.Starting();
    }

    /** A run of the same flow for the same tenant that has not ended. */
    Optional<RunRecord> goingOn(TriggerSettings of) {
        return flows.of(Caller.ANYBODY).stream()
                .filter(run ->
                        run.tenant().equals(of.tenant())
                                && run.flow().equals(of.flow())
                                && !run.state().isOver())
                .findFirst();
    }

    /** When the trigger last started a run that is still known; null if none is. */
    @Nullable Instant lastStart(TriggerSettings of) {
        return flows.of(caller(of)).stream()
                .filter(run ->
                        run.caller().kind() == Caller.Kind.TRIGGER
                                && run.caller().name().equals(of.name()))
                .map(RunRecord::started)
                .findFirst()
                .orElse(null);
    }
}
