package dev.culvert.daemon;

import dev.culvert.daemon.api.guests.ContentRoute;
import dev.culvert.daemon.api.guests.CreateGuestRoute;
import dev.culvert.daemon.api.guests.GuestActionRoute;
import dev.culvert.daemon.api.guests.GuestWork;
import dev.culvert.daemon.api.guests.PrivilegesRoute;
import dev.culvert.daemon.api.guests.TaskRoute;
import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.config.GuestSettings;
import dev.culvert.daemon.guests.GuestAction;
import dev.culvert.daemon.guests.Guests;
import dev.culvert.daemon.guests.Tasks;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.TaskState;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What changes guests of Proxmox, with its routes and meters. */
final class GuestRoom implements AutoCloseable {
    /** Proxmox can be slow, and work with the disk shall not wait for it. */
    private final Workers workers;

    private final Consumer<String> onChanged;
    private final GuestWork work;
    private final EventLoop timer;
    private final Map<String, Runnable> ended;

    /**
     * @param servers those of the settings in force
     * @param settings as they are at the start
     * @param onChanged is told the name of a server on which something was changed
     * @param timer when a task is to be looked at
     */
    GuestRoom(
            Supplier<List<Proxmox>> servers,
            GuestSettings settings,
            Consumer<String> onChanged,
            EventLoop timer,
            Metrics metrics) {
        this.onChanged = onChanged;
        this.timer = timer;
        workers = new Workers("culvert-guests", settings.threads(), settings.queue());
        ended =
                Map.of(
                        "ok", counter(metrics, "ok"),
                        "warnings", counter(metrics, "warnings"),
                        "failed", counter(metrics, "failed"));
        Guests guests = new Guests(servers);
        Tasks tasks =
                new Tasks(
                        guests,
                        workers,
                        timer,
                        InstantSource.system(),
                        this::onEnded,
                        settings.mostTasks());
        work = new GuestWork(guests, tasks, workers, onChanged);
        metrics.workers("guests", workers, settings.threads());
        metrics.gauge(
                "culvert.proxmox.tasks.followed",
                "Tasks of Proxmox that clients of this daemon began, and that go on.",
                tasks::followed);
        metrics.gauge(
                "culvert.proxmox.tasks.followed.max",
                "How many such tasks may run at once (guests.max_tasks).",
                settings::mostTasks);
    }

    private static Runnable counter(Metrics metrics, String outcome) {
        return metrics.counter(
                "culvert.proxmox.tasks.ended",
                "Tasks of Proxmox that clients of this daemon began, by how they ended.",
                "outcome",
                outcome);
    }

    private void onEnded(String server, TaskState state) {
        ended.getOrDefault(state.label(), () -> {}).run();
        onChanged.accept(server);
    }

    /** What works with guests. */
    GuestWork work() {
        return work;
    }

    /** The routes, and those of this room. */
    List<Route> with(List<Route> routes, Runs runs) {
        Stream<Route> own =
                Stream.concat(
                        Arrays.stream(GuestAction.values())
                                .map(action -> new GuestActionRoute(work, action)),
                        Stream.of(
                                new CreateGuestRoute(work),
                                new TaskRoute(work),
                                new PrivilegesRoute(work),
                                new ContentRoute(work)));
        return Stream.concat(routes.stream(), own.map(route -> RecordedRoute.of(route, runs)))
                .toList();
    }

    /** Goes on with tasks of the daemon before this one. */
    void begin(Inventory inventory) {
        timer.execute(new UnfinishedTasks(inventory, work.tasks(), timer)::look);
    }

    /** Interrupts what waits for Proxmox. What Proxmox does goes on. */
    @Override
    public void close() {
        workers.close();
    }
}
