package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is asked of storages and pools. */
final class StorageCalls {
    static final Set<String> SEES_A_STORAGE =
            new TreeSet<>(Set.of("Datastore.Audit", "Datastore.AllocateSpace"));

    private final Cluster cluster;

    StorageCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        handlers.put("GET /storage", this::all);
        handlers.put("GET /storage/{storage}", this::one);
        String ofNode = "/nodes/{node}/storage";
        handlers.put("GET " + ofNode, this::ofNode);
        handlers.put("GET " + ofNode + "/{storage}/status", call -> status(storage(call)));
        handlers.put("GET " + ofNode + "/{storage}/content", this::content);
        handlers.put("POST " + ofNode + "/{storage}/content", this::allocate);
        handlers.put("GET " + ofNode + "/{storage}/content/{volume}", call -> row(volume(call)));
        handlers.put("DELETE " + ofNode + "/{storage}/content/{volume}", this::delete);
        handlers.put("POST " + ofNode + "/{storage}/download-url", this::download);
    }

    private Storage storage(Call call) throws Refused {
        return cluster.storage(cluster.node(call.text("node")).name(), call.text("storage"));
    }

    private static boolean sees(Call call, Storage storage) {
        return call.caller().mayAny("/storage/" + storage.id(), SEES_A_STORAGE);
    }

    private Value all(Call call) {
        Map<String, Storage> each = new TreeMap<>();
        cluster.nodes().keySet().forEach(node -> each.putAll(cluster.storagesOf(node)));
        return Value.of(
                each.values().stream()
                        .filter(storage -> sees(call, storage))
                        .map(StorageCalls::configured)
                        .toList());
    }

    private Value one(Call call) throws Refused {
        for (String node : cluster.nodes().keySet()) {
            Storage storage = cluster.storagesOf(node).get(call.text("storage"));
            if (storage != null) {
                return configured(storage);
            }
        }
        throw Refused.died("storage '%s' does not exist".formatted(call.text("storage")));
    }

    private static Value configured(Storage storage) {
        return Value.members(
                "storage",
                storage.id(),
                "type",
                storage.type(),
                "content",
                String.join(",", storage.contents()),
                "shared",
                storage.isShared() ? 1 : 0);
    }

    private Value ofNode(Call call) throws Refused {
        List<Value> rows = new ArrayList<>();
        for (Storage storage :
                cluster.storagesOf(cluster.node(call.text("node")).name()).values()) {
            if (sees(call, storage)
                    && (!call.has("content")
                            || storage.contents().contains(call.text("content")))) {
                rows.add(status(storage));
            }
        }
        return Value.of(rows);
    }

    private static Value status(Storage storage) {
        return Value.members(
                "storage",
                storage.id(),
                "type",
                storage.type(),
                "content",
                String.join(",", storage.contents()),
                "shared",
                storage.isShared() ? 1 : 0,
                "active",
                1,
                "enabled",
                1,
                "total",
                storage.total(),
                "used",
                storage.used(),
                "avail",
                storage.total() - storage.used());
    }

    private Value content(Call call) throws Refused {
        List<Value> rows = new ArrayList<>();
        for (Storage.Volume volume : storage(call).volumes().values()) {
            if ((!call.has("content") || volume.content().equals(call.text("content")))
                    && (!call.has("vmid") || volume.vmid() == call.number("vmid"))) {
                rows.add(row(volume));
            }
        }
        return Value.of(rows);
    }

    private static Value row(Storage.Volume volume) {
        List<Object> row = new ArrayList<>();
        row.addAll(List.of("volid", volume.id(), "content", volume.content()));
        row.addAll(List.of("format", volume.format(), "size", volume.size()));
        row.addAll(List.of("ctime", volume.made()));
        if (volume.vmid() != 0) {
            row.addAll(List.of("vmid", volume.vmid()));
        }
        if (!volume.notes().isEmpty()) {
            row.addAll(List.of("notes", volume.notes()));
        }
        return Value.members(row.toArray());
    }

    private Storage.Volume volume(Call call) throws Refused {
        Storage storage = storage(call);
        String told = call.text("volume");
        String id = told.contains(":") ? told : storage.id() + ":" + told;
        Storage.Volume volume = storage.volumes().get(id);
        if (volume == null) {
            throw Refused.died("volume '%s' does not exist".formatted(id));
        }
        return volume;
    }

    private Value allocate(Call call) throws Refused {
        Storage storage = storage(call);
        String id = storage.id() + ":" + call.text("filename");
        if (storage.volumes().containsKey(id)) {
            throw Refused.died("volume '%s' already exists".formatted(id));
        }
        String size = call.text("size");
        long bytes = size.matches("\\d+") ? Long.parseLong(size) << 10 : Sizes.bytes(size);
        storage.put(
                new Storage.Volume(
                        id,
                        "images",
                        "raw",
                        bytes,
                        call.number("vmid"),
                        Cluster.now(),
                        "",
                        Map.of()));
        return Value.of(id);
    }

    private Value delete(Call call) throws Refused {
        Storage.Volume volume = volume(call);
        call.caller()
                .need(
                        "/storage/" + call.text("storage"),
                        volume.content().equals("backup")
                                ? "Datastore.AllocateSpace"
                                : "Datastore.Allocate");
        Storage storage = storage(call);
        return Value.of(
                cluster.begin(
                                call,
                                "imgdel",
                                volume.vmid() + "@" + storage.id(),
                                () -> storage.volumes().remove(volume.id()))
                        .upid());
    }

    private Value download(Call call) throws Refused {
        Storage storage = storage(call);
        String content = call.text("content");
        if (!storage.contents().contains(content)) {
            throw Refused.died(
                    "storage '%s' is not configured for content-type '%s'"
                            .formatted(storage.id(), content));
        }
        String id = "%s:%s/%s".formatted(storage.id(), content, call.text("filename"));
        if (storage.volumes().containsKey(id)) {
            throw Refused.died("refusing to override existing file '%s'".formatted(id));
        }
        return Value.of(
                cluster.begin(
                                call,
                                "download",
                                call.text("filename"),
                                () ->
                                        storage.put(
                                                new Storage.Volume(
                                                        id,
                                                        content,
                                                        content.equals("iso") ? "iso" : "tzst",
                                                        Node.GIB,
                                                        0,
                                                        Cluster.now(),
                                                        "",
                                                        Map.of())))
                        .upid());
    }
}
