package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Changes the configuration of a guest. */
final class ConfigCalls {
    /** What is no key of the configuration. */
    static final Set<String> NOT_CONFIG =
            Set.of(
                    "node",
                    "vmid",
                    "digest",
                    "delete",
                    "revert",
                    "skiplock",
                    "force",
                    "archive",
                    "storage",
                    "pool",
                    "unique",
                    "start",
                    "bwlimit",
                    "live-restore",
                    "import-working-storage",
                    "ostemplate",
                    "restore",
                    "ignore-unpack-errors",
                    "password",
                    "ssh-public-keys",
                    "background_delay",
                    "ha-managed");

    private static final String MODIFIED =
            "detected modified configuration - file changed by other user? Try again.";

    private final Cluster cluster;
    private final Volumes volumes;

    ConfigCalls(Cluster cluster) {
        this.cluster = cluster;
        volumes = new Volumes(cluster);
    }

    void addTo(Map<String, Handler> handlers) {
        String vm = "/nodes/{node}/qemu/{vmid}";
        String ct = "/nodes/{node}/lxc/{vmid}";
        handlers.put("PUT " + vm + "/config", this::now);
        handlers.put("POST " + vm + "/config", this::inATask);
        handlers.put("PUT " + ct + "/config", this::container);
        handlers.put("PUT " + vm + "/resize", call -> resize(call, Guest.Kind.VM));
        handlers.put("PUT " + ct + "/resize", call -> resize(call, Guest.Kind.CT));
        handlers.put("POST " + vm + "/template", this::template);
        handlers.put("POST " + ct + "/template", this::containerTemplate);
        handlers.put("POST " + vm + "/move_disk", call -> move(call, Guest.Kind.VM, "disk"));
        handlers.put("POST " + ct + "/move_volume", call -> move(call, Guest.Kind.CT, "volume"));
    }

    /** What of a call's parameters goes into a configuration. */
    static Map<String, String> given(Call call) {
        Map<String, String> given = new LinkedHashMap<>(call.parameters());
        given.keySet().removeAll(NOT_CONFIG);
        return given;
    }

    private Value now(Call call) throws Refused {
        checked(call, Guest.Kind.VM).happen();
        return Value.nothing();
    }

    private Value inATask(Call call) throws Refused {
        Task.Effect change = checked(call, Guest.Kind.VM);
        return Value.of(cluster.begin(call, "qmconfig", call.text("vmid"), change).upid());
    }

    private Value container(Call call) throws Refused {
        checked(call, Guest.Kind.CT).happen();
        return Value.nothing();
    }

    private Task.Effect checked(Call call, Guest.Kind kind) throws Refused {
        Guest guest = cluster.guest(call, kind);
        Map<String, String> given = given(call);
        List<String> deleted = Parts.ofList(call.text("delete"));
        if (given.isEmpty() && deleted.isEmpty() && !call.has("revert")) {
            throw Refused.died("no options specified");
        }
        Map<String, String> touched = new LinkedHashMap<>(given);
        for (String key : deleted) {
            if (given.containsKey(key)) {
                throw Refused.parameter(
                        "delete",
                        "you can't use '-%s' and -delete %s' at the same time".formatted(key, key));
            }
            if (call.operation().parameter(key) == null) {
                throw Refused.parameter("delete", "unknown option '%s'".formatted(key));
            }
            touched.put(key, "");
        }
        KeyPrivileges.check(call.caller(), kind, "/vms/" + guest.vmid(), touched);
        volumes.check(call.caller(), guest.node(), kind, given);
        needDigest(call, guest, kind);
        if (!call.is("skiplock")) {
            guest.needNoLock();
        }
        return () -> {
            Map<String, String> made = volumes.make(guest, given);
            made.forEach(guest::change);
            deleted.forEach(guest::forget);
        };
    }

    private static void needDigest(Call call, Guest guest, Guest.Kind kind) throws Refused {
        if (call.has("digest") && !call.text("digest").equals(guest.digest())) {
            throw Refused.died(
                    kind == Guest.Kind.VM
                            ? "checksum mismatch (file change by other user?)"
                            : MODIFIED);
        }
    }

    private Value resize(Call call, Guest.Kind kind) throws Refused {
        Guest guest = cluster.guest(call, kind);
        String key = call.text("disk");
        Task.Effect change =
                () -> {
                    needDigest(call, guest, kind);
                    guest.needNoLock();
                    String drive = guest.config().get(key);
                    if (drive == null) {
                        throw Refused.died("disk '%s' does not exist".formatted(key));
                    }
                    String size = call.text("size");
                    long before = Sizes.ofDisk(drive);
                    long after =
                            size.startsWith("+")
                                    ? before + Sizes.bytes(size.substring(1))
                                    : Sizes.bytes(size);
                    if (after < before) {
                        throw Refused.died(
                                kind == Guest.Kind.VM
                                        ? "shrinking disks is not supported"
                                        : "unable to shrink disk size");
                    }
                    volumes.resize(guest, key, after);
                };
        return Value.of(cluster.begin(call, "resize", call.text("vmid"), change).upid());
    }

    private Value template(Call call) throws Refused {
        Guest guest = cluster.guest(call, Guest.Kind.VM);
        guest.needNoLock();
        if (guest.isTemplate()) {
            throw Refused.died("you can't convert a template to a template");
        }
        if (guest.state() != Guest.State.STOPPED) {
            throw Refused.died("you can't convert a VM to template if VM is running");
        }
        return Value.of(
                cluster.begin(
                                call,
                                "qmtemplate",
                                call.text("vmid"),
                                () -> guest.config().put("template", "1"))
                        .upid());
    }

    private Value containerTemplate(Call call) throws Refused {
        Guest guest = cluster.guest(call, Guest.Kind.CT);
        if (!guest.snapshots().isEmpty()) {
            throw Refused.died("unable to create template, because CT contains snapshots");
        }
        guest.needNoLock();
        if (guest.isTemplate()) {
            throw Refused.died("you can't convert a template to a template");
        }
        if (guest.state() != Guest.State.STOPPED) {
            throw Refused.died("you can't convert a CT to template if the CT is running");
        }
        guest.config().put("template", "1");
        return Value.nothing();
    }

    private Value move(Call call, Guest.Kind kind, String named) throws Refused {
        Guest guest = cluster.guest(call, kind);
        guest.needNoLock();
        String key = call.text(named);
        String drive = guest.config().get(key);
        if (drive == null) {
            throw Refused.died("disk '%s' does not exist".formatted(key));
        }
        Storage to = cluster.storage(guest.node(), call.text("storage"));
        call.caller().need("/storage/" + to.id(), "Datastore.AllocateSpace");
        if (kind == Guest.Kind.CT && guest.state() != Guest.State.STOPPED) {
            throw Refused.died("cannot move volumes of a running container");
        }
        if (Volumes.storageOf(Volumes.idOf(drive)).equals(to.id())) {
            throw Refused.died("you can't move to the same storage with same format");
        }
        return Value.of(
                cluster.begin(
                                call,
                                kind == Guest.Kind.VM ? "qmmove" : "move_volume",
                                call.text("vmid"),
                                () -> {
                                    String old = Volumes.idOf(drive);
                                    guest.config()
                                            .putAll(
                                                    volumes.copy(
                                                            Map.of(key, drive),
                                                            guest.node(),
                                                            guest,
                                                            to.id()));
                                    if (call.is("delete")) {
                                        cluster.storage(guest.node(), Volumes.storageOf(old))
                                                .volumes()
                                                .remove(old);
                                    } else {
                                        guest.unused(old);
                                    }
                                })
                        .upid());
    }

    /** The keys that a running VM takes only when it starts again. */
    static final Set<String> AT_THE_NEXT_START =
            new TreeSet<>(
                    Set.of(
                            "args", "cores", "sockets", "memory", "balloon", "cpu", "machine",
                            "bios", "scsihw", "vga", "agent", "ostype", "numa"));
}
