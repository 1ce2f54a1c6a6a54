package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Takes snapshots of guests, lists them, goes back to them and deletes them. */
final class SnapshotCalls {
    private final Cluster cluster;

    SnapshotCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        for (Guest.Kind kind : Guest.Kind.values()) {
            String all = "/nodes/{node}/%s/{vmid}/snapshot".formatted(kind.path());
            String one = all + "/{snapname}";
            String task = kind == Guest.Kind.VM ? "qm" : "vz";
            handlers.put("GET " + all, call -> list(cluster.guest(call, kind)));
            handlers.put("POST " + all, call -> take(call, kind, task + "snapshot"));
            handlers.put("GET " + one, call -> index(known(call, kind)));
            handlers.put("GET " + one + "/config", call -> config(known(call, kind)));
            handlers.put("PUT " + one + "/config", call -> describe(call, kind));
            handlers.put("DELETE " + one, call -> delete(call, kind, task + "delsnapshot"));
            handlers.put("POST " + one + "/rollback", call -> back(call, kind, task + "rollback"));
        }
    }

    private Guest.Snapshot known(Call call, Guest.Kind kind) throws Refused {
        Guest.Snapshot snapshot = cluster.guest(call, kind).snapshots().get(call.text("snapname"));
        if (snapshot == null) {
            throw Refused.died("snapshot '%s' does not exist".formatted(call.text("snapname")));
        }
        return snapshot;
    }

    private static Value list(Guest guest) {
        List<Value> rows = new ArrayList<>();
        for (Guest.Snapshot snapshot : guest.snapshots().values()) {
            List<Object> row = new ArrayList<>();
            row.addAll(List.of("name", snapshot.name(), "description", snapshot.description()));
            row.addAll(List.of("snaptime", snapshot.taken()));
            row.addAll(List.of("vmstate", snapshot.withMemory() ? 1 : 0));
            if (!snapshot.parent().isEmpty()) {
                row.addAll(List.of("parent", snapshot.parent()));
            }
            rows.add(Value.members(row.toArray()));
        }
        List<Object> current = new ArrayList<>();
        current.addAll(List.of("name", "current", "description", "You are here!"));
        current.addAll(
                List.of(
                        "digest",
                        guest.digest(),
                        "running",
                        guest.state() == Guest.State.STOPPED ? 0 : 1));
        if (!guest.parent().isEmpty()) {
            current.addAll(List.of("parent", guest.parent()));
        }
        rows.add(Value.members(current.toArray()));
        return Value.of(rows);
    }

    private Value take(Call call, Guest.Kind kind, String type) throws Refused {
        Guest guest = cluster.guest(call, kind);
        String name = call.text("snapname");
        if (name.equals("current") || name.equals("pending")) {
            throw Refused.died("unable to use snapshot name '%s' (reserved name)".formatted(name));
        }
        return task(
                call,
                type,
                guest,
                "snapshot",
                () -> {
                    if (guest.isTemplate()) {
                        throw Refused.died("you can't take a snapshot if it's a template");
                    }
                    if (guest.snapshots().containsKey(name)) {
                        throw Refused.died("snapshot name '%s' already used".formatted(name));
                    }
                    Map<String, String> config = new TreeMap<>(guest.config());
                    config.remove("lock");
                    guest.snapshots()
                            .put(
                                    name,
                                    new Guest.Snapshot(
                                            name,
                                            call.text("description"),
                                            guest.parent(),
                                            Cluster.now(),
                                            call.is("vmstate")
                                                    && guest.state() != Guest.State.STOPPED,
                                            config));
                    guest.setParent(name);
                });
    }

    /** A lock fails the task; the lock of the task itself does not. */
    private Value task(Call call, String type, Guest guest, String lock, Task.Effect effect) {
        String locked = guest.config().putIfAbsent("lock", lock);
        return Value.of(
                cluster.begin(
                                call,
                                type,
                                call.text("vmid"),
                                () -> {
                                    if (locked != null) {
                                        throw Refused.died(
                                                "%s is locked (%s)"
                                                        .formatted(guest.kind().word(), locked));
                                    }
                                    effect.happen();
                                },
                                () -> {
                                    if (locked == null) {
                                        guest.config().remove("lock");
                                    }
                                })
                        .upid());
    }

    private static Value index(Guest.Snapshot snapshot) {
        return Value.of(List.of(Value.members("cmd", "config", "name", snapshot.name())));
    }

    private static Value config(Guest.Snapshot snapshot) {
        List<Object> members = new ArrayList<>();
        snapshot.config()
                .forEach((key, value) -> {
                    members.add(key);
                    members.add(GuestReads.value(key, value));
                });
        members.addAll(
                List.of("snaptime", snapshot.taken(), "description", snapshot.description()));
        return Value.members(members.toArray());
    }

    private Value describe(Call call, Guest.Kind kind) throws Refused {
        Guest.Snapshot old = known(call, kind);
        cluster.guest(call, kind)
                .snapshots()
                .put(
                        old.name(),
                        new Guest.Snapshot(
                                old.name(),
                                call.text("description"),
                                old.parent(),
                                old.taken(),
                                old.withMemory(),
                                old.config()));
        return Value.nothing();
    }

    private Value delete(Call call, Guest.Kind kind, String type) throws Refused {
        Guest guest = cluster.guest(call, kind);
        return task(
                call,
                type,
                guest,
                "snapshot-delete",
                () -> {
                    Guest.Snapshot snapshot = known(call, kind);
                    guest.snapshots().remove(snapshot.name());
                    if (guest.parent().equals(snapshot.name())) {
                        guest.setParent(snapshot.parent());
                    }
                    guest.snapshots()
                            .replaceAll((_, other) ->
                                    other.parent().equals(snapshot.name())
                                            ? new Guest.Snapshot(
                                                    other.name(),
                                                    other.description(),
                                                    snapshot.parent(),
                                                    other.taken(),
                                                    other.withMemory(),
                                                    other.config())
                                            : other);
                });
    }

    private Value back(Call call, Guest.Kind kind, String type) throws Refused {
        Guest guest = cluster.guest(call, kind);
        return task(
                call,
                type,
                guest,
                "rollback",
                () -> {
                    Guest.Snapshot snapshot = known(call, kind);
                    guest.become(Guest.State.STOPPED, Cluster.now());
                    guest.config().clear();
                    guest.config().putAll(snapshot.config());
                    guest.setParent(snapshot.name());
                    if (snapshot.withMemory() || call.is("start")) {
                        guest.become(Guest.State.RUNNING, Cluster.now());
                    }
                });
    }
}
