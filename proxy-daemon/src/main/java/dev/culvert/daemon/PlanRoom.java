package dev.culvert.daemon;

import dev.culvert.daemon.api.guests.GuestWork;
import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.api.plans.StateApplyRoute;
import dev.culvert.daemon.api.plans.StateCheckRoute;
import dev.culvert.daemon.api.plans.StatePlanRoute;
import dev.culvert.daemon.api.plans.StateRoute;
import dev.culvert.daemon.api.plans.StateWork;
import dev.culvert.daemon.api.plans.StatesRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.InventorySettings;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.metrics.Metrics.Labelled;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.plans.ChangeStep;
import dev.culvert.daemon.plans.DesiredStates;
import dev.culvert.daemon.plans.Drift;
import dev.culvert.daemon.plans.Plans;
import dev.culvert.daemon.plans.StateStore;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Desired states of infrastructure, with their routes, their step of flows and their meters. */
final class PlanRoom {
    private final Supplier<DaemonSettings> settings;
    private final GuestWork guests;
    private final EventLoop timer;
    private final DesiredStates states;
    private final Inventory inventory;
    private final Drift drift;
    private final StepKind step;
    private final Consumer<List<Labelled>> gauge;

    /**
     * Compares nothing before {@link #begin}.
     *
     * @param guests changes them
     * @param timer decides when states are compared
     */
    PlanRoom(
            StateStore store,
            Supplier<DaemonSettings> settings,
            Inventory inventory,
            GuestWork guests,
            EventLoop timer,
            Metrics metrics) {
        this.settings = settings;
        this.inventory = inventory;
        this.guests = guests;
        this.timer = timer;
        states =
                new DesiredStates(
                        store,
                        () -> {
                            InventorySettings now = settings.get().inventory();
                            return new DesiredStates.Limits(now.mostStates(), now.mostStateBytes());
                        },
                        InstantSource.system());
        drift = new Drift(states, inventory, InstantSource.system());
        step =
                new ChangeStep(
                        guests.guests(),
                        guests.tasks(),
                        guests.workers(),
                        inventory,
                        states,
                        guests.onChanged());
        metrics.gauge(
                "culvert.infra.states",
                "Desired states of infrastructure that the daemon keeps.",
                () -> states.all().size());
        metrics.gauge(
                "culvert.infra.states.max",
                "How many of these there may be (inventory.max_states).",
                () -> settings.get().inventory().mostStates());
        metrics.gauge(
                "culvert.infra.states.unknown",
                "Desired states of which nobody knows whether they differ from what is there.",
                () ->
                        drift.looks().values().stream()
                                .filter(it -> !it.trouble().isEmpty())
                                .count());
        gauge =
                metrics.gauges(
                        "culvert.infra.drift",
                        "Guests that are not as a desired state wants them, by the state and by"
                                + " what a plan would do with them.",
                        "state",
                        "change");
    }

    /** What flows can do with plans. */
    StepKind step() {
        return step;
    }

    /** The routes, and those of this room. */
    List<Route> with(List<Route> routes, FlowRoom flows, Runs runs) {
        StateWork work =
                new StateWork(
                        states,
                        new Plans(states, inventory, flows.flows(), flows.folder()),
                        drift,
                        new OffLoop(guests.workers(), guests.workers()));
        return Stream.concat(
                        routes.stream(),
                        Stream.of(
                                        new StatesRoute(work),
                                        new StateRoute(work),
                                        new StateCheckRoute(work),
                                        new StatePlanRoute(work),
                                        new StateApplyRoute(work))
                                .map(route -> RecordedRoute.of(route, runs)))
                .toList();
    }

    /** Knows what was kept. Blocks. */
    void restore() throws IOException {
        states.restore();
    }

    /** Begins to compare. */
    void begin() {
        later();
    }

    private void later() {
        try {
            var _ =
                    timer.schedule(
                            this::compare,
                            settings.get().inventory().pollInterval().toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped
        }
    }

    private void compare() {
        try {
            guests.workers()
                    .execute(
                            this,
                            () -> {
                                try {
                                    drift.check();
                                    gauge.accept(rows());
                                } finally {
                                    later();
                                }
                            });
        } catch (RejectedExecutionException _) {
            later();
        }
    }

    private List<Labelled> rows() {
        List<Labelled> rows = new ArrayList<>();
        drift.looks()
                .forEach((name, look) ->
                        look.byWord()
                                .forEach((change, count) ->
                                        rows.add(new Labelled(name, change, count))));
        return rows;
    }
}
