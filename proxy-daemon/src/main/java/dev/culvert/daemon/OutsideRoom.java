package dev.culvert.daemon;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.egress.EgressDoor;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.providers.AgentDoor;
import dev.culvert.daemon.providers.Budgets;
import dev.culvert.daemon.providers.BudgetsRoute;
import dev.culvert.daemon.providers.ProviderRoom;
import dev.culvert.daemon.providers.Providers;
import dev.culvert.io.Workers;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is outside and is reached through this host: the providers, with their budgets. */
final class OutsideRoom implements AutoCloseable {
    private final Supplier<DaemonSettings> settings;
    private final Providers providers;
    private final ProviderRoom room;
    private final BudgetsRoute used;
    private volatile @Nullable HttpPipeline ofAgents;

    /**
     * Reads the store. Blocks.
     *
     * @param workers read keys
     */
    OutsideRoom(
            Kept kept,
            Supplier<DaemonSettings> settings,
            Metrics metrics,
            Workers workers,
            EventLoops loops,
            Admission admission,
            Fleet fleet)
            throws IOException {
        this.settings = settings;
        providers = new Providers(loops.transport(), workers, System.getenv());
        Budgets budgets =
                new Budgets(() -> settings.get().outside().budgets(), InstantSource.system());
        kept.restore(budgets);
        room =
                new ProviderRoom(
                        providers,
                        budgets,
                        metrics.providers(),
                        admission,
                        () -> settings.get().turns().stallTimeout());
        used =
                new BudgetsRoute(
                        budgets, (caller, agent) -> fleet.seenBy(caller).find(agent) != null);
        use(settings.get());
    }

    /**
     * Serves agents, through tunnels.
     *
     * @param pipelines make the one that serves them
     */
    void serve(
            ReachRoom reach,
            Pipelines pipelines,
            Metrics metrics,
            EventLoops loops,
            HttpSettings http) {
        Router router = new Router(room.ofAgents(), metrics.http(), Callers.agents());
        HttpPipeline pipeline = pipelines.of(http, router);
        ofAgents = pipeline;
        reach.ofGuests()
                .serve(
                        EgressDoor.KIND,
                        new EgressDoor(
                                loops.transport(),
                                loops.group(),
                                () -> settings.get().outside().egress(),
                                metrics.providers()));
        reach.ofGuests().serve(AgentDoor.KIND, new AgentDoor(providers, pipeline, loops.group()));
    }

    /** Takes these settings from now on. Blocks. */
    void use(DaemonSettings settings) {
        providers.use(settings.outside().providers());
        HttpPipeline pipeline = ofAgents;
        if (pipeline != null) {
            pipeline.use(settings.http());
        }
    }

    /** As {@link HttpPipeline#drain}, of agents. */
    CompletionStage<Void> drain() {
        HttpPipeline pipeline = ofAgents;
        return pipeline == null ? CompletableFuture.completedStage(null) : pipeline.drain();
    }

    /** What clients can ask, besides these. */
    List<Route> with(List<Route> others) {
        return Stream.of(others, room.ofClients(), List.<Route>of(used))
                .<Route>flatMap(List::stream)
                .toList();
    }

    @Override
    public void close() {
        providers.close();
    }
}
