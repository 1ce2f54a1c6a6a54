package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What is asked of the cluster and of its nodes. */
final class ClusterCalls {
    private final Cluster cluster;
    private final String version;
    private final Fingerprint fingerprint;

    /** The fingerprint of the certificate that the fake shows now. */
    @FunctionalInterface
    interface Fingerprint {
        String now();
    }

    ClusterCalls(Cluster cluster, String version, Fingerprint fingerprint) {
        this.cluster = cluster;
        this.version = version;
        this.fingerprint = fingerprint;
    }

    void addTo(Map<String, Handler> handlers) {
        handlers.put("GET /version", _ -> version());
        handlers.put("GET /nodes/{node}/version", _ -> version());
        handlers.put("GET /cluster/status", _ -> status());
        handlers.put("GET /cluster/resources", this::resources);
        handlers.put("GET /cluster/nextid", this::nextId);
        handlers.put("GET /cluster/options", _ -> Value.members("keyboard", "en-us"));
        handlers.put("GET /cluster/config/nodes", _ -> configured());
        handlers.put("GET /nodes", this::nodes);
        handlers.put(
                "GET /nodes/{node}/status", call -> nodeStatus(cluster.node(call.text("node"))));
        handlers.put("GET /nodes/{node}/time", _ -> time());
        handlers.put("GET /nodes/{node}/network", _ -> network());
        handlers.put("GET /nodes/{node}/certificates/info", _ -> certificates());
    }

    private Value version() {
        return Value.members(
                "version",
                version,
                "release",
                version.substring(0, version.lastIndexOf('.')),
                "repoid",
                "0123456789abcdef");
    }

    private Value status() {
        List<Value> lines = new ArrayList<>();
        lines.add(
                Value.members(
                        "type",
                        "cluster",
                        "id",
                        "cluster",
                        "name",
                        cluster.name(),
                        "nodes",
                        cluster.nodes().size(),
                        "quorate",
                        cluster.isQuorate() ? 1 : 0,
                        "version",
                        cluster.nodes().size()));
        boolean local = true;
        for (Node node : cluster.nodes().values()) {
            lines.add(
                    Value.members(
                            "type",
                            "node",
                            "id",
                            "node/" + node.name(),
                            "name",
                            node.name(),
                            "nodeid",
                            node.number(),
                            "ip",
                            node.address(),
                            "online",
                            node.isOnline() ? 1 : 0,
                            "local",
                            local ? 1 : 0,
                            "level",
                            ""));
            local = false;
        }
        return Value.of(lines);
    }

    private Value configured() {
        List<Value> lines = new ArrayList<>();
        for (Node node : cluster.nodes().values()) {
            lines.add(Value.members("node", node.name(), "name", node.name()));
        }
        return Value.of(lines);
    }

    private Value nodes(Call call) {
        List<Value> lines = new ArrayList<>();
        for (Node node : cluster.nodes().values()) {
            List<Object> line = new ArrayList<>(Rows.node(cluster, node, call.caller()));
            line.addAll(List.of("ssl_fingerprint", fingerprint.now()));
            lines.add(Value.members(line.toArray()));
        }
        return Value.of(lines);
    }

    /** Only what the caller may see: Proxmox leaves the rest out without a word. */
    private Value resources(Call call) {
        String wanted = call.text("type");
        List<Value> lines = new ArrayList<>();
        if (wanted.isEmpty()) {
            for (String pool : cluster.pools().keySet()) {
                if (call.caller().may("/pool/" + pool, "Pool.Audit")) {
                    lines.add(Value.members("id", "/pool/" + pool, "type", "pool", "pool", pool));
                }
            }
        }
        if (wanted.isEmpty() || wanted.equals("vm")) {
            cluster.guests().values().stream()
                    .filter(guest -> call.caller().may("/vms/" + guest.vmid(), "VM.Audit"))
                    .sorted(Comparator.comparingInt(Guest::vmid))
                    .forEach(guest -> lines.add(Rows.resource(cluster, guest)));
        }
        for (Node node : cluster.nodes().values()) {
            if (wanted.isEmpty() || wanted.equals("node")) {
                lines.add(Value.members(Rows.node(cluster, node, call.caller()).toArray()));
            }
            if (wanted.isEmpty() || wanted.equals("storage")) {
                cluster.storagesOf(node.name()).values().stream()
                        .filter(storage ->
                                call.caller()
                                        .mayAny(
                                                "/storage/" + storage.id(),
                                                StorageCalls.SEES_A_STORAGE))
                        .forEach(storage -> lines.add(Rows.storage(node, storage)));
            }
        }
        return Value.of(lines);
    }

    private Value nextId(Call call) throws Refused {
        if (call.has("vmid")) {
            if (cluster.guests().containsKey(call.number("vmid"))) {
                throw Refused.parameter(
                        "vmid", "VM %s already exists".formatted(call.text("vmid")));
            }
            return Value.of(call.text("vmid"));
        }
        int id = 100;
        while (cluster.guests().containsKey(id)) {
            id++;
        }
        return Value.of(Integer.toString(id));
    }

    private Value nodeStatus(Node node) {
        return Value.members(
                "uptime",
                86_400,
                "cpu",
                new Value.Digits("0.05"),
                "cpuinfo",
                Value.members(
                        "cpus",
                        node.cpus(),
                        "cores",
                        node.cpus() / 2,
                        "sockets",
                        1,
                        "model",
                        "Fake CPU"),
                "memory",
                Value.members(
                        "total",
                        node.memory(),
                        "used",
                        Rows.usedMemory(cluster, node),
                        "free",
                        node.memory() - Rows.usedMemory(cluster, node)),
                "rootfs",
                Value.members(
                        "total", 100 * Node.GIB, "used", 10 * Node.GIB, "avail", 90 * Node.GIB),
                "loadavg",
                Value.of(List.of(Value.of("0.10"), Value.of("0.20"), Value.of("0.30"))),
                "pveversion",
                "pve-manager/%s/0123456789abcdef".formatted(version),
                "kversion",
                "Linux 6.8.12-1-pve #1 SMP PREEMPT_DYNAMIC");
    }

    private static Value time() {
        long now = Cluster.now();
        return Value.members("time", now, "localtime", now, "timezone", "UTC");
    }

    private static Value network() {
        return Value.of(
                List.of(
                        Value.members(
                                "iface", "vmbr0", "type", "bridge", "active", 1, "autostart", 1)));
    }

    private Value certificates() {
        return Value.of(
                List.of(
                        Value.members(
                                "filename",
                                "pve-ssl.pem",
                                "fingerprint",
                                fingerprint.now(),
                                "subject",
                                "/CN=" + cluster.name())));
    }
}
