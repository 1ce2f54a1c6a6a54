package dev.culvert.daemon.proxmox.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the fake knows: nodes, guests, storages, tasks. Its users hold its lock. */
final class Cluster {
    private record Pending(Task task, long due, @Nullable String failure) {}

    private final String name;
    private final Accounts accounts;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<Integer, Guest> guests = new TreeMap<>();
    private final Map<String, Map<String, Storage>> storages = new LinkedHashMap<>();
    private final Map<String, String> pools = new TreeMap<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final Map<String, Deque<String>> failures = new HashMap<>();
    private final Set<Integer> deaf = new HashSet<>();
    private Duration taskTime = Duration.ofMillis(20);
    private boolean tasksHeld;
    private boolean quorate = true;
    private int lastPid = 4000;

    Cluster(String name, Roles roles) {
        this.name = name;
        accounts = new Accounts(roles, this::poolOf);
    }

    private String poolOf(String path) {
        Guest guest =
                path.matches("/vms/\\d{3,9}")
                        ? guests.get(Integer.parseInt(path.substring("/vms/".length())))
                        : null;
        return guest == null || guest.pool().isEmpty() ? "" : "/pool/" + guest.pool();
    }

    String name() {
        return name;
    }

    Accounts accounts() {
        return accounts;
    }

    Map<String, Node> nodes() {
        return nodes;
    }

    Map<Integer, Guest> guests() {
        return guests;
    }

    /** The storages that a node sees, by their names. */
    Map<String, Storage> storagesOf(String node) {
        return storages.computeIfAbsent(node, _ -> new TreeMap<>());
    }

    /** The pools with their comments. */
    Map<String, String> pools() {
        return pools;
    }

    List<Task> tasks() {
        return tasks;
    }

    boolean isQuorate() {
        return quorate;
    }

    void setQuorate(boolean is) {
        quorate = is;
    }

    /** Seconds since 1970. */
    static long now() {
        return Instant.now().getEpochSecond();
    }

    Node node(String wanted) throws Refused {
        Node node = nodes.get(wanted);
        if (node == null) {
            throw Refused.died(
                    "hostname lookup '%s' failed - failed to get address info for: %s: Name or service not known"
                            .formatted(wanted, wanted));
        }
        return node;
    }

    boolean isOnline(String wanted) {
        Node node = nodes.get(wanted);
        return node != null && node.isOnline();
    }

    /** The guest that a call names; refuses one that is not there, or elsewhere. */
    Guest guest(Call call, Guest.Kind kind) throws Refused {
        Guest guest = guests.get(call.number("vmid"));
        String node = call.text("node");
        if (guest == null || guest.kind() != kind || !guest.node().equals(node)) {
            throw Refused.died(
                    "Configuration file 'nodes/%s/%s/%s.conf' does not exist"
                            .formatted(node, kind.folder(), call.text("vmid")));
        }
        return guest;
    }

    Storage storage(String node, String id) throws Refused {
        Storage storage = storagesOf(node).get(id);
        if (storage == null) {
            throw Refused.died("storage '%s' does not exist".formatted(id));
        }
        return storage;
    }

    /** Whether the guest does not hear that it shall shut down. */
    boolean isDeaf(int vmid) {
        return deaf.contains(vmid);
    }

    void setDeaf(int vmid) {
        deaf.add(vmid);
    }

    void setTaskTime(Duration time) {
        taskTime = time;
    }

    void holdTasks(boolean held) {
        tasksHeld = held;
    }

    /** The next task of this type ends with that sentence. */
    void failNext(String type, String why) {
        failures.computeIfAbsent(type, _ -> new ArrayDeque<>()).add(why);
    }

    /** Begins a task, whose effect comes at its end. */
    Task begin(Call call, String type, String id, Task.Effect effect, Runnable unlock) {
        Task task =
                new Task(
                        call.text("node"),
                        type,
                        id,
                        call.caller().who(),
                        ++lastPid,
                        now(),
                        effect,
                        unlock);
        tasks.add(task);
        pending.add(
                new Pending(
                        task,
                        System.nanoTime() + taskTime.toNanos(),
                        failures.getOrDefault(type, new ArrayDeque<>()).poll()));
        return task;
    }

    Task begin(Call call, String type, String id, Task.Effect effect) {
        return begin(call, type, id, effect, () -> {});
    }

    /** Ends the tasks whose time is over. */
    void settle() {
        if (!tasksHeld) {
            long now = System.nanoTime();
            finish(pending.stream().filter(one -> one.due - now <= 0).toList());
        }
    }

    void finishAll() {
        finish(List.copyOf(pending));
    }

    private void finish(List<Pending> due) {
        for (Pending one : due) {
            pending.remove(one);
            String failure = one.failure == null ? "OK" : one.failure;
            if (failure.equals("OK") || failure.startsWith("WARNINGS")) {
                one.task.finish(failure, now());
            } else {
                one.task.fail(failure, now());
            }
        }
    }

    void stop(Task task) {
        pending.removeIf(one -> one.task == task);
        task.fail("interrupted by signal", now());
    }
}
