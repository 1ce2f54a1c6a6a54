package dev.culvert.daemon;

import dev.culvert.daemon.guests.Tasks;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.ServerStatus.State;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.inventory.View;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.Task;
import dev.culvert.io.Quoted;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Follows the tasks of Proxmox that the daemon before this one had begun and that still run. Of
 * each server once, when it has answered. Belongs to the event loop.
 */
/* They are found by the token that began them, so nothing of them has to be kept: a task that was begun a moment before
 * the daemon was killed is found, too. */
final class UnfinishedTasks {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Inventory inventory;
    private final Tasks tasks;
    private final EventLoop timer;
    private final Set<String> found = new HashSet<>();

    UnfinishedTasks(Inventory inventory, Tasks tasks, EventLoop timer) {
        this.inventory = inventory;
        this.tasks = tasks;
        this.timer = timer;
    }

    /** Looks again until every server has answered. */
    void look() {
        boolean isOver = true;
        for (Proxmox server : inventory.servers()) {
            if (found.contains(server.name())) {
                continue;
            }
            View view = inventory.view(server.name()).orElse(null);
            if (view != null && view.status().state() == State.OK) {
                found.add(server.name());
                follow(server, view);
            } else {
                isOver = false;
            }
        }
        if (!isOver) {
            later();
        }
    }

    private void later() {
        try {
            var _ = timer.schedule(this::look, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped
        }
    }

    private void follow(Proxmox server, View view) {
        String token = server.settings().tokenId();
        for (Thing thing : view.all(Kind.TASK)) {
            if (!thing.state().equals("running") || !Task.isUpid(thing.id())) {
                continue;
            }
            Task task = Task.parse(thing.id());
            if (task.user().equals(token)) {
                tasks.follow(
                        server.name(),
                        task.upid(),
                        "%s of %s/%s, begun before this daemon,"
                                .formatted(
                                        Quoted.word(task.type()),
                                        server.name(),
                                        Quoted.word(task.id())),
                        Runnable::run);
            }
        }
    }
}
