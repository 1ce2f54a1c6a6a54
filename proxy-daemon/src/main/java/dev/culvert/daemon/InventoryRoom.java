package dev.culvert.daemon;

import dev.culvert.daemon.api.inventory.ChangesRoute;
import dev.culvert.daemon.api.inventory.GuestRoute;
import dev.culvert.daemon.api.inventory.GuestsRoute;
import dev.culvert.daemon.api.inventory.NodesRoute;
import dev.culvert.daemon.api.inventory.ServersRoute;
import dev.culvert.daemon.api.inventory.StoragesRoute;
import dev.culvert.daemon.api.inventory.TasksRoute;
import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.InventoryStore;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.ServerStatus.State;
import dev.culvert.daemon.inventory.View;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.io.Workers;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What servers of Proxmox have, with its routes and its meters. */
final class InventoryRoom implements AutoCloseable {
    /** One for each server, and some for those who look at one guest. */
    private static final int THREADS = ProxmoxSettings.MOST + 8;

    private static final int QUEUE = 256;
    private static final List<String> STATES =
            List.of("running", "stopped", "paused", "suspended", "unknown");

    private final Workers workers = new Workers("culvert-proxmox", THREADS, QUEUE);
    private final Inventory inventory;

    /** Polls nothing before {@link #begin}. */
    InventoryRoom(
            InventoryStore store,
            Supplier<DaemonSettings> settings,
            EventLoops loops,
            Metrics metrics) {
        inventory =
                new Inventory(
                        store,
                        workers,
                        loops.next(),
                        new Proxmox.Net(
                                new OutgoingCalls(loops.transport()),
                                new TrustedAuthorities(),
                                loops::next),
                        () -> settings.get().inventory(),
                        metrics.inventory());
        metrics.workers("proxmox", workers, THREADS);
        measure(metrics);
    }

    private void measure(Metrics metrics) {
        metrics.gauge(
                "culvert.proxmox.servers",
                "Servers of Proxmox in the settings.",
                () -> inventory.views().size());
        metrics.gauge(
                "culvert.proxmox.servers.up",
                "Servers of Proxmox that answered when they were asked last.",
                () -> count(view -> view.status().state() == State.OK));
        metrics.gauge(
                "culvert.inventory.age.seconds",
                "Time since the server of Proxmox answered that has not answered for longest.",
                this::age);
        for (String state : STATES) {
            metrics.gauge(
                    "culvert.inventory.guests",
                    "Virtual machines and containers, by state.",
                    "state",
                    state,
                    () -> guests(state));
        }
    }

    private interface Test {
        boolean holds(View view);
    }

    private long count(Test test) {
        return inventory.views().stream().filter(test::holds).count();
    }

    private long guests(String state) {
        return inventory.views().stream()
                .flatMap(view -> view.all(Kind.GUEST).stream())
                .filter(it -> it.state().equals(state))
                .count();
    }

    /** 0 before the first answer. */
    private double age() {
        long millis = 0;
        for (View view : inventory.views()) {
            Instant polled = view.status().polled();
            if (polled != null) {
                millis = Math.max(millis, Duration.between(polled, Instant.now()).toMillis());
            }
        }
        return millis / 1_000.0;
    }

    Inventory inventory() {
        return inventory;
    }

    /** The routes, and those of this room. */
    List<Route> with(List<Route> routes, Fleet fleet, Runs runs, OffLoop offLoop) {
        OffLoop ofProxmox = new OffLoop(workers, workers);
        return Stream.concat(
                        routes.stream(),
                        Stream.of(
                                        new ServersRoute(inventory),
                                        new NodesRoute(inventory),
                                        new StoragesRoute(inventory),
                                        new TasksRoute(inventory),
                                        new GuestsRoute(inventory, fleet::seenBy),
                                        new GuestRoute(inventory, fleet::seenBy, ofProxmox),
                                        ChangesRoute.ofGuest(inventory, offLoop),
                                        ChangesRoute.ofAll(inventory, offLoop))
                                .map(route -> RecordedRoute.of(route, runs)))
                .toList();
    }

    /** Shows what was known before, and begins to poll. Blocks. */
    void begin(DaemonSettings settings) throws IOException {
        inventory.restore(settings.proxmox());
    }

    void use(DaemonSettings next) {
        inventory.use(next.proxmox());
    }

    @Override
    public void close() {
        inventory.close();
        workers.close();
    }
}
