package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;

/** The lines of lists, as Proxmox fills them. */
final class Rows {
    private Rows() {}

    static Value resource(Cluster cluster, Guest guest) {
        List<Object> row = new ArrayList<>();
        row.addAll(
                List.of(
                        "id",
                        guest.kind().path() + "/" + guest.vmid(),
                        "type",
                        guest.kind().path(),
                        "node",
                        guest.node()));
        row.addAll(guest(cluster, guest));
        row.addAll(List.of("maxcpu", guest.cpus()));
        if (!guest.pool().isEmpty()) {
            row.addAll(List.of("pool", guest.pool()));
        }
        return Value.members(row.toArray());
    }

    /** What every list says of a guest. */
    static List<Object> guest(Cluster cluster, Guest guest) {
        boolean away = !cluster.isOnline(guest.node());
        boolean running = isRunning(guest) && !away;
        List<Object> row = new ArrayList<>();
        row.addAll(
                List.of(
                        "vmid",
                        guest.vmid(),
                        "name",
                        guest.name().isEmpty() ? "VM " + guest.vmid() : guest.name(),
                        "status",
                        away ? "unknown" : running ? "running" : "stopped",
                        "template",
                        guest.isTemplate() ? 1 : 0));
        row.addAll(
                List.of(
                        "uptime",
                        running ? Math.max(1, Cluster.now() - guest.started()) : 0L,
                        "cpu",
                        new Value.Digits(running ? "0.0312" : "0"),
                        "mem",
                        running ? guest.memory() / 2 : 0L,
                        "maxmem",
                        guest.memory(),
                        "disk",
                        0,
                        "maxdisk",
                        guest.disk()));
        row.addAll(List.of("netin", 0, "netout", 0, "diskread", 0, "diskwrite", 0));
        for (String key : List.of("tags", "lock")) {
            String value = guest.config().get(key);
            if (value != null) {
                row.addAll(List.of(key, value));
            }
        }
        return row;
    }

    private static boolean isRunning(Guest guest) {
        return guest.state() != Guest.State.STOPPED;
    }

    /** What a caller without {@code Sys.Audit} sees of a node is less. */
    static List<Object> node(Cluster cluster, Node node, Caller caller) {
        List<Object> row = new ArrayList<>();
        row.addAll(
                List.of(
                        "id",
                        "node/" + node.name(),
                        "type",
                        "node",
                        "node",
                        node.name(),
                        "status",
                        node.isOnline() ? "online" : "offline"));
        if (node.isOnline() && caller.may("/nodes/" + node.name(), "Sys.Audit")) {
            row.addAll(
                    List.of(
                            "uptime",
                            86_400,
                            "cpu",
                            new Value.Digits("0.05"),
                            "maxcpu",
                            node.cpus(),
                            "mem",
                            usedMemory(cluster, node),
                            "maxmem",
                            node.memory(),
                            "disk",
                            10 * Node.GIB,
                            "maxdisk",
                            100 * Node.GIB));
            row.addAll(List.of("level", ""));
        }
        return row;
    }

    static long usedMemory(Cluster cluster, Node node) {
        return cluster.guests().values().stream()
                .filter(guest -> guest.node().equals(node.name()) && isRunning(guest))
                .mapToLong(Guest::memory)
                .sum();
    }

    static Value storage(Node node, Storage storage) {
        List<Object> row = new ArrayList<>();
        row.addAll(
                List.of(
                        "id",
                        "storage/%s/%s".formatted(node.name(), storage.id()),
                        "type",
                        "storage",
                        "node",
                        node.name(),
                        "storage",
                        storage.id(),
                        "plugintype",
                        storage.type(),
                        "status",
                        node.isOnline() ? "available" : "unknown",
                        "shared",
                        storage.isShared() ? 1 : 0,
                        "content",
                        String.join(",", storage.contents())));
        if (node.isOnline()) {
            row.addAll(List.of("disk", storage.used(), "maxdisk", storage.total()));
        }
        return Value.members(row.toArray());
    }
}
