package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.daemon.triggers.Starter;
import dev.culvert.daemon.triggers.TriggerObserver;
import dev.culvert.daemon.triggers.TriggerRoute;
import dev.culvert.daemon.triggers.Triggers;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** What starts flows by itself, with its route and its meters. */
final class TriggerRoom implements AutoCloseable {
    private final Flows flows;
    private final Triggers triggers;

    /**
     * Starts nothing before {@link #use}.
     *
     * @param workers read flows
     */
    TriggerRoom(
            Flows flows,
            FlowFolder folder,
            Subjects subjects,
            Workers workers,
            EventLoop loop,
            Metrics metrics) {
        this.flows = flows;
        triggers =
                new Triggers(
                        new Starter(flows, folder, observer(metrics)),
                        subjects,
                        workers,
                        loop,
                        InstantSource.system());
        metrics.gauge("culvert.triggers", "Triggers that start flows (triggers).", triggers::count);
    }

    private static TriggerObserver observer(Metrics metrics) {
        Map<TriggerObserver.Outcome, Runnable> counters =
                new EnumMap<>(TriggerObserver.Outcome.class);
        for (TriggerObserver.Outcome outcome : TriggerObserver.Outcome.values()) {
            counters.put(
                    outcome,
                    metrics.counter(
                            "culvert.trigger.events",
                            "What triggers were told of, by what became of it.",
                            "outcome",
                            outcome.label()));
        }
        return outcome -> counters.getOrDefault(outcome, () -> {}).run();
    }

    Route route(Admission admission, OffLoop offLoop) {
        return new TriggerRoute(triggers, admission, offLoop, InstantSource.system());
    }

    /**
     * Takes these settings from now on, which are in force; ends runs of triggers that are gone.
     */
    void use(DaemonSettings next) {
        triggers.use(next.triggers());
        flows.checkCallers();
    }

    @Override
    public void close() {
        triggers.close();
    }
}
