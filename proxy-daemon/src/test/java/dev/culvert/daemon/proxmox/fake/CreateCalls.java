package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Makes guests: new ones, from a backup, as a clone. And destroys them. */
final class CreateCalls {
    private final Cluster cluster;
    private final Volumes volumes;
    private final Random addresses = new Random(1);

    CreateCalls(Cluster cluster) {
        this.cluster = cluster;
        volumes = new Volumes(cluster);
    }

    void addTo(Map<String, Handler> handlers) {
        for (Guest.Kind kind : Guest.Kind.values()) {
            String guests = "/nodes/{node}/" + kind.path();
            handlers.put("POST " + guests, call -> create(call, kind));
            handlers.put("POST " + guests + "/{vmid}/clone", call -> copy(call, kind));
            handlers.put("DELETE " + guests + "/{vmid}", call -> destroy(call, kind));
        }
    }

    private Value create(Call call, Guest.Kind kind) throws Refused {
        boolean restores = kind == Guest.Kind.VM ? call.has("archive") : call.is("restore");
        String path = "/vms/" + call.text("vmid");
        mayMake(call, path, restores);
        Map<String, String> given = new LinkedHashMap<>(ConfigCalls.given(call));
        String template = call.text(kind == Guest.Kind.VM ? "archive" : "ostemplate");
        if (kind == Guest.Kind.CT) {
            given.putIfAbsent("hostname", "CT" + call.text("vmid"));
            if (!restores && !given.containsKey("rootfs")) {
                given.put("rootfs", (call.has("storage") ? call.text("storage") : "local") + ":4");
            }
        }
        KeyPrivileges.check(
                call.caller(),
                kind,
                call.has("pool") ? "/pool/" + call.text("pool") : path,
                withoutDefaults(given, call));
        volumes.check(call.caller(), call.text("node"), kind, given);
        if (!template.isEmpty()) {
            mayRead(call, template);
        }
        String verb = restores ? "restore" : "create";
        String failed = "unable to %s %s %s - ".formatted(verb, kind.word(), call.text("vmid"));
        Guest before = cluster.guests().get(call.number("vmid"));
        if (before != null && !(restores && call.is("force") && before.kind() == kind)) {
            throw Refused.died(
                    failed
                            + "%s %d already exists on node '%s'"
                                    .formatted(before.kind().word(), before.vmid(), before.node()));
        }
        if (before != null && before.state() != Guest.State.STOPPED) {
            throw Refused.died(
                    kind == Guest.Kind.VM
                            ? failed + "vm is running"
                            : "can't overwrite running container");
        }
        String type = (kind == Guest.Kind.VM ? "qm" : "vz") + verb;
        Guest guest = new Guest(call.number("vmid"), kind, call.text("node"));
        guest.config().put("lock", "create");
        if (before == null) {
            cluster.guests().put(guest.vmid(), guest);
        }
        Task task =
                cluster.begin(
                        call,
                        type,
                        call.text("vmid"),
                        () -> {
                            try {
                                fill(call, guest, given, restores ? template : "", before);
                            } catch (Refused e) {
                                throw Refused.died(failed + e.words().strip());
                            }
                        },
                        () -> {
                            if (guest.config().remove("lock") != null
                                    && guest.config().isEmpty()
                                    && before == null) {
                                cluster.guests().remove(guest.vmid());
                            }
                        });
        return Value.of(task.upid());
    }

    /** A default needs no privilege of its own. */
    private static Map<String, String> withoutDefaults(Map<String, String> given, Call call) {
        Map<String, String> asked = new LinkedHashMap<>(given);
        asked.keySet().retainAll(call.parameters().keySet());
        return asked;
    }

    private void mayMake(Call call, String path, boolean restores) throws Refused {
        if (call.has("pool") && !cluster.pools().containsKey(call.text("pool"))) {
            throw Refused.forbidden("pool '%s' does not exist".formatted(call.text("pool")));
        }
        Caller caller = call.caller();
        boolean inPool =
                call.has("pool") && caller.may("/pool/" + call.text("pool"), "VM.Allocate");
        boolean over =
                restores
                        && call.is("force")
                        && cluster.guests().containsKey(call.number("vmid"))
                        && caller.may(path, "VM.Backup");
        if (!caller.may(path, "VM.Allocate") && !inPool && !over) {
            throw Refused.forbidden();
        }
        if (call.has("storage")) {
            cluster.storage(call.text("node"), call.text("storage"));
            caller.need("/storage/" + call.text("storage"), "Datastore.AllocateSpace");
        }
    }

    private void mayRead(Call call, String volume) throws Refused {
        Storage storage = cluster.storage(call.text("node"), Volumes.storageOf(volume));
        if (!call.caller().mayAny("/storage/" + storage.id(), StorageCalls.SEES_A_STORAGE)) {
            throw Refused.forbidden(
                    "/storage/%s, Datastore.Audit|Datastore.AllocateSpace".formatted(storage.id()));
        }
    }

    private void fill(
            Call call,
            Guest guest,
            Map<String, String> given,
            String archive,
            @org.jspecify.annotations.Nullable Guest before)
            throws Refused {
        String template = call.text("ostemplate");
        String needed = archive.isEmpty() ? template : archive;
        Storage.Volume volume =
                needed.isEmpty()
                        ? null
                        : cluster.storage(guest.node(), Volumes.storageOf(needed))
                                .volumes()
                                .get(needed);
        if (volume == null && !needed.isEmpty()) {
            throw Refused.died("volume '%s' does not exist".formatted(needed));
        }
        Map<String, String> config = new LinkedHashMap<>();
        if (volume != null && !archive.isEmpty()) {
            if (before != null) {
                volumes.free(before);
                cluster.guests().put(guest.vmid(), guest);
            }
            config.putAll(restored(volume.config(), call.text("storage"), call.is("unique")));
        }
        config.putAll(given);
        config = volumes.make(guest, config);
        if (guest.kind() == Guest.Kind.VM) {
            config.putIfAbsent(
                    "smbios1",
                    "uuid=%s"
                            .formatted(
                                    new java.util.UUID(
                                            addresses.nextLong(), addresses.nextLong())));
            config.putIfAbsent("meta", "creation-qemu=9.0.2,ctime=" + Cluster.now());
        } else {
            config.putIfAbsent("arch", "amd64");
            config.putIfAbsent("ostype", "debian");
        }
        for (Map.Entry<String, String> one : config.entrySet()) {
            guest.config()
                    .put(
                            one.getKey(),
                            one.getKey().matches("net\\d+")
                                    ? withAddress(one.getValue(), guest.kind())
                                    : one.getValue());
        }
        if (call.has("pool")) {
            guest.setPool(call.text("pool"));
        }
        if (call.is("start")) {
            guest.become(Guest.State.RUNNING, Cluster.now());
        }
    }

    /** New volumes of the same size, on the wanted storage or where they were. */
    private static Map<String, String> restored(
            Map<String, String> config, String storage, boolean unique) {
        Map<String, String> restored = new HashMap<>();
        config.forEach((key, value) -> {
            String id = Volumes.idOf(value);
            if (KeyPrivileges.isVolume(key) && Sizes.ofDisk(value) > 0) {
                String to = storage.isEmpty() ? Volumes.storageOf(id) : storage;
                long gib = Math.max(1, Sizes.ofDisk(value) / Node.GIB);
                restored.put(key, id.endsWith("-cloudinit") ? to + ":cloudinit" : to + ":" + gib);
            } else if (key.matches("net\\d+") && unique) {
                restored.put(key, withoutAddress(value));
            } else {
                restored.put(key, value);
            }
        });
        return restored;
    }

    private static String withoutAddress(String net) {
        return net.replaceAll("(?i)=[0-9A-F]{2}(:[0-9A-F]{2}){5}", "");
    }

    private String withAddress(String net, Guest.Kind kind) {
        if (net.matches("(?i).*=[0-9A-F]{2}(:[0-9A-F]{2}){5}.*")) {
            return net;
        }
        String address =
                "BC:24:11:%02X:%02X:%02X"
                        .formatted(
                                addresses.nextInt(256),
                                addresses.nextInt(256),
                                addresses.nextInt(256));
        if (kind == Guest.Kind.CT) {
            return net + ",hwaddr=" + address;
        }
        int comma = net.indexOf(',');
        String model = comma < 0 ? net : net.substring(0, comma);
        return model.replace("model=", "")
                + "="
                + address
                + (comma < 0 ? "" : net.substring(comma));
    }

    private Value copy(Call call, Guest.Kind kind) throws Refused {
        Guest source = cluster.guest(call, kind);
        source.needNoLock();
        boolean full = call.has("full") ? call.is("full") : !source.isTemplate();
        Map<String, String> config = source.config();
        if (call.has("snapname")) {
            Guest.Snapshot snapshot = source.snapshots().get(call.text("snapname"));
            if (snapshot == null) {
                throw Refused.died("snapshot '%s' does not exist".formatted(call.text("snapname")));
            }
            config = snapshot.config();
        }
        if (call.has("storage") && !full) {
            throw Refused.died("parameter 'storage' not allowed for linked clones");
        }
        String node = call.has("target") ? call.text("target") : source.node();
        cluster.node(node);
        if (!node.equals(source.node()) && !volumes.local(source).isEmpty()) {
            throw Refused.died(
                    "can't clone %s to node '%s' (%s uses local storage)"
                            .formatted(kind.word(), node, kind.word()));
        }
        if (call.has("storage")) {
            cluster.storage(node, call.text("storage"));
            call.caller().need("/storage/" + call.text("storage"), "Datastore.AllocateSpace");
        } else {
            for (String volume : volumes.local(source)) {
                call.caller()
                        .need("/storage/" + Volumes.storageOf(volume), "Datastore.AllocateSpace");
            }
        }
        int id = call.number("newid");
        if (cluster.guests().containsKey(id)) {
            throw Refused.died(
                    "unable to create %s %d: config file already exists"
                            .formatted(kind.word(), id));
        }
        Guest clone = new Guest(id, kind, node);
        clone.config().put("lock", "clone");
        cluster.guests().put(id, clone);
        Map<String, String> copied = new LinkedHashMap<>(config);
        copied.keySet().removeAll(java.util.Set.of("lock", "template", "parent"));
        return Value.of(
                cluster.begin(
                                call,
                                kind == Guest.Kind.VM ? "qmclone" : "vzclone",
                                call.text("vmid"),
                                () -> cloned(call, clone, copied, source.node()),
                                () -> {
                                    clone.config().remove("lock");
                                    if (clone.config().isEmpty()) {
                                        cluster.guests().remove(clone.vmid());
                                    }
                                })
                        .upid());
    }

    private void cloned(Call call, Guest clone, Map<String, String> config, String from)
            throws Refused {
        Map<String, String> made = volumes.copy(config, from, clone, call.text("storage"));
        made.forEach((key, value) ->
                clone.config()
                        .put(
                                key,
                                key.matches("net\\d+")
                                        ? withAddress(
                                                clone.kind() == Guest.Kind.CT
                                                        ? value.replaceAll(",hwaddr=[^,]*", "")
                                                        : withoutAddress(value),
                                                clone.kind())
                                        : value));
        String name = call.text(clone.kind() == Guest.Kind.VM ? "name" : "hostname");
        clone.setName(
                name.isEmpty()
                        ? "Copy-of-%s-%s".formatted(clone.kind().word(), clone.name())
                        : name);
        if (call.has("description")) {
            clone.config().put("description", call.text("description"));
        }
        if (call.has("pool")) {
            clone.setPool(call.text("pool"));
        }
    }

    private Value destroy(Call call, Guest.Kind kind) throws Refused {
        Guest guest = cluster.guest(call, kind);
        if ("1".equals(guest.config().get("protection"))) {
            throw Refused.died(
                    "can't remove %s %d - protection mode enabled"
                            .formatted(kind.word(), guest.vmid()));
        }
        if (guest.state() != Guest.State.STOPPED && !call.is("force")) {
            throw Refused.died(
                    kind == Guest.Kind.VM
                            ? "VM %d is running - destroy failed".formatted(guest.vmid())
                            : "CT %d is running - destroy failed".formatted(guest.vmid()));
        }
        return Value.of(
                cluster.begin(
                                call,
                                kind == Guest.Kind.VM ? "qmdestroy" : "vzdestroy",
                                call.text("vmid"),
                                () -> {
                                    if (!call.is("skiplock")) {
                                        guest.needNoLock();
                                    }
                                    volumes.free(guest);
                                    cluster.guests().remove(guest.vmid());
                                })
                        .upid());
    }
}
