package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What is asked of guests without changing them. */
final class GuestReads {
    private final Cluster cluster;

    GuestReads(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        for (Guest.Kind kind : Guest.Kind.values()) {
            String guests = "GET /nodes/{node}/" + kind.path();
            String one = guests + "/{vmid}";
            handlers.put(guests, call -> list(call, kind));
            handlers.put(one, call -> index(cluster.guest(call, kind)));
            handlers.put(one + "/status", call -> index(cluster.guest(call, kind)));
            handlers.put(one + "/status/current", call -> current(cluster.guest(call, kind)));
            handlers.put(one + "/config", call -> config(cluster.guest(call, kind), call));
            handlers.put(one + "/pending", call -> pending(cluster.guest(call, kind)));
            handlers.put(one + "/feature", call -> feature(cluster.guest(call, kind)));
        }
        handlers.put(
                "GET /nodes/{node}/lxc/{vmid}/interfaces",
                call -> interfaces(cluster.guest(call, Guest.Kind.CT)));
    }

    private Value list(Call call, Guest.Kind kind) {
        List<Value> rows = new ArrayList<>();
        for (Guest guest : cluster.guests().values()) {
            if (guest.kind() == kind
                    && guest.node().equals(call.text("node"))
                    && call.caller().may("/vms/" + guest.vmid(), "VM.Audit")) {
                List<Object> row = Rows.guest(cluster, guest);
                row.addAll(List.of("cpus", guest.cpus()));
                rows.add(Value.members(row.toArray()));
            }
        }
        return Value.of(rows);
    }

    private static Value index(Guest guest) {
        List<Value> rows = new ArrayList<>();
        for (String below : List.of("config", "status", "snapshot")) {
            rows.add(Value.members("subdir", below, "name", guest.name()));
        }
        return Value.of(rows);
    }

    private Value current(Guest guest) {
        List<Object> row = Rows.guest(cluster, guest);
        row.addAll(List.of("cpus", guest.cpus(), "ha", Value.members("managed", 0)));
        if (guest.kind() == Guest.Kind.VM) {
            row.addAll(List.of("qmpstatus", guest.state().name().toLowerCase(Locale.ROOT)));
            if (guest.config().containsKey("agent")) {
                row.addAll(List.of("agent", 1));
            }
        } else {
            row.addAll(List.of("type", "lxc"));
        }
        if (guest.state() != Guest.State.STOPPED) {
            row.addAll(List.of("pid", 10_000 + guest.vmid()));
        }
        return Value.members(row.toArray());
    }

    /** Numbers are numbers, and the password of cloud-init is stars. */
    private static Value config(Guest guest, Call call) throws Refused {
        Map<String, String> config = new TreeMap<>(guest.config());
        if (!call.is("current")) {
            config.putAll(guest.pending());
            config.values().removeIf(String::isEmpty);
        }
        if (call.has("snapshot")) {
            Guest.Snapshot snapshot = guest.snapshots().get(call.text("snapshot"));
            if (snapshot == null) {
                throw Refused.died("snapshot '%s' does not exist".formatted(call.text("snapshot")));
            }
            config = snapshot.config();
        }
        List<Object> members = new ArrayList<>();
        config.forEach((name, value) -> {
            members.add(name);
            members.add(value(name, value));
        });
        if (!guest.parent().isEmpty() && !call.has("snapshot")) {
            members.addAll(List.of("parent", guest.parent()));
        }
        members.addAll(List.of("digest", guest.digest()));
        return Value.members(members.toArray());
    }

    static Value value(String name, String value) {
        if (name.equals("cipassword")) {
            return Value.of("**********");
        }
        return value.matches("0|[1-9]\\d{0,14}") && !name.equals("memory")
                ? new Value.Digits(value)
                : Value.of(value);
    }

    private static Value pending(Guest guest) {
        List<Value> rows = new ArrayList<>();
        for (Map.Entry<String, String> one : guest.config().entrySet()) {
            List<Object> row = new ArrayList<>();
            row.addAll(List.of("key", one.getKey(), "value", value(one.getKey(), one.getValue())));
            String next = guest.pending().get(one.getKey());
            if (next != null && next.isEmpty()) {
                row.addAll(List.of("delete", 1));
            } else if (next != null) {
                row.addAll(List.of("pending", value(one.getKey(), next)));
            }
            rows.add(Value.members(row.toArray()));
        }
        guest.pending()
                .forEach((name, value) -> {
                    if (!guest.config().containsKey(name)) {
                        rows.add(Value.members("key", name, "pending", value(name, value)));
                    }
                });
        return Value.of(rows);
    }

    private static Value feature(Guest guest) {
        return Value.members("hasFeature", 1, "nodes", Value.of(List.of(Value.of(guest.node()))));
    }

    private static Value interfaces(Guest guest) {
        if (guest.state() == Guest.State.STOPPED) {
            return Value.of(List.of());
        }
        return Value.of(
                List.of(
                        Value.members(
                                "name",
                                "eth0",
                                "hwaddr",
                                "bc:24:11:00:00:01",
                                "inet",
                                "192.0.2.100/24")));
    }
}
