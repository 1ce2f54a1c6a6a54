package dev.culvert.daemon;

import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.api.webhooks.DeliveriesRoute;
import dev.culvert.daemon.api.webhooks.TestRoute;
import dev.culvert.daemon.api.webhooks.WebhooksRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.HomeSettings;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.state.Stores;
import dev.culvert.daemon.webhooks.ApprovalEvents;
import dev.culvert.daemon.webhooks.DriftEvents;
import dev.culvert.daemon.webhooks.FleetEvents;
import dev.culvert.daemon.webhooks.FlowEvents;
import dev.culvert.daemon.webhooks.WebhookObserver;
import dev.culvert.daemon.webhooks.Webhooks;
import dev.culvert.io.Workers;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who is told what happens, with their routes and their meters. */
final class WebhookRoom implements AutoCloseable {
    private final Webhooks webhooks;
    private final DriftEvents drift;

    /**
     * Tells nobody before {@link #begin}.
     *
     * @param workers do what blocks
     */
    WebhookRoom(Stores stores, EventLoops loops, Workers workers, Metrics metrics) {
        webhooks =
                new Webhooks(
                        stores.deliveries(),
                        new OutgoingCalls(loops.transport()),
                        workers,
                        loops.next(),
                        observer(metrics));
        drift =
                new DriftEvents(
                        webhooks,
                        stores.drifts(),
                        workers,
                        loops.next(),
                        InstantSource.system(),
                        HomeSettings.DEFAULTS.driftAfter());
        metrics.gauge(
                "culvert.agents.drifting",
                "Agents that are reached and have not had for longer than home.drift_after the"
                        + " configuration and the policies that they should have.",
                drift::count);
        metrics.gauge(
                "culvert.webhooks.waiting",
                "Messages of webhooks that were not delivered yet.",
                webhooks::waiting);
        metrics.gauge(
                "culvert.webhooks.waiting.max",
                "How many of these there may be, of all webhooks together (webhooks.max_waiting).",
                webhooks::mostWaiting);
        metrics.gauge(
                "culvert.webhooks.failing",
                "Webhooks whose receiver did not take the last message that was tried.",
                webhooks::failing);
    }

    private static WebhookObserver observer(Metrics metrics) {
        Map<WebhookObserver.Outcome, Runnable> counters =
                new EnumMap<>(WebhookObserver.Outcome.class);
        for (WebhookObserver.Outcome outcome : WebhookObserver.Outcome.values()) {
            counters.put(
                    outcome,
                    metrics.counter(
                            "culvert.webhooks.messages",
                            "Messages of webhooks, by what became of them; each attempt that fails"
                                    + " counts, too.",
                            "outcome",
                            outcome.label()));
        }
        return outcome -> counters.getOrDefault(outcome, () -> {}).run();
    }

    /** Brings what was not delivered before, and tells from now on. Blocks. */
    void begin(DaemonSettings settings, Fleet fleet, ApprovalRoom approvals, Flows flows)
            throws IOException {
        webhooks.restore(settings.webhooks());
        drift.use(settings.home().driftAfter());
        drift.restore();
        fleet.listen(new FleetEvents(webhooks));
        fleet.listen(drift);
        flows.onEnded(new FlowEvents(webhooks));
        approvals.listen(new ApprovalEvents(webhooks, InstantSource.system()));
    }

    void use(DaemonSettings next) {
        webhooks.use(next.webhooks());
        drift.use(next.home().driftAfter());
    }

    /** The routes, and those of webhooks. */
    List<Route> with(List<Route> routes, Runs runs) {
        return Stream.concat(
                        routes.stream(),
                        Stream.of(
                                        new WebhooksRoute(webhooks),
                                        new DeliveriesRoute(webhooks),
                                        new TestRoute(webhooks))
                                .map(route -> RecordedRoute.of(route, runs)))
                .toList();
    }

    /** Writes down what was not delivered. Blocks. */
    @Override
    public void close() {
        drift.close();
        webhooks.close();
    }
}
