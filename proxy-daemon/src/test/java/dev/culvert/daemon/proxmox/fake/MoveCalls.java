package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Moves guests to other nodes, and backs them up. */
final class MoveCalls {
    private static final DateTimeFormatter IN_A_NAME =
            DateTimeFormatter.ofPattern("yyyy_MM_dd-HH_mm_ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Cluster cluster;
    private final Volumes volumes;

    MoveCalls(Cluster cluster) {
        this.cluster = cluster;
        volumes = new Volumes(cluster);
    }

    void addTo(Map<String, Handler> handlers) {
        for (Guest.Kind kind : Guest.Kind.values()) {
            String path = "/nodes/{node}/%s/{vmid}/migrate".formatted(kind.path());
            handlers.put("GET " + path, call -> conditions(cluster.guest(call, kind)));
            handlers.put("POST " + path, call -> migrate(call, kind));
        }
        handlers.put("POST /nodes/{node}/vzdump", this::backUp);
    }

    private Value conditions(Guest guest) throws Refused {
        List<Value> others = new ArrayList<>();
        cluster.nodes().keySet().stream()
                .filter(node -> !node.equals(guest.node()))
                .forEach(node -> others.add(Value.of(node)));
        List<Value> disks = new ArrayList<>();
        volumes.local(guest).forEach(id -> disks.add(Value.members("volid", id)));
        return Value.members(
                "running",
                guest.state() == Guest.State.STOPPED ? 0 : 1,
                "allowed_nodes",
                Value.of(others),
                "local_disks",
                Value.of(disks),
                "local_resources",
                Value.of(List.of()));
    }

    private Value migrate(Call call, Guest.Kind kind) throws Refused {
        String target = call.text("target");
        if (target.equals(call.text("node"))) {
            throw Refused.parameter("target", "target is local node.");
        }
        if (!cluster.nodes().containsKey(target)) {
            throw Refused.parameter("target", "no such cluster node '%s'".formatted(target));
        }
        Guest guest = cluster.guest(call, kind);
        guest.needNoLock();
        boolean running = guest.state() != Guest.State.STOPPED;
        if (running && kind == Guest.Kind.VM && !call.is("online")) {
            throw Refused.died("can't migrate running VM without --online");
        }
        if (running && kind == Guest.Kind.CT && !call.is("online") && !call.is("restart")) {
            throw Refused.died("can't migrate running container without --online or --restart");
        }
        guest.config().put("lock", "migrate");
        return Value.of(
                cluster.begin(
                                call,
                                kind == Guest.Kind.VM ? "qmigrate" : "vzmigrate",
                                call.text("vmid"),
                                () -> {
                                    if (!cluster.node(target).isOnline()) {
                                        throw Refused.died("migration aborted");
                                    }
                                    if (running
                                            && kind == Guest.Kind.VM
                                            && !volumes.local(guest).isEmpty()
                                            && !call.is("with-local-disks")) {
                                        throw Refused.died(
                                                "Failed to sync data - can't live migrate attached"
                                                        + " local disks without with-local-disks"
                                                        + " option");
                                    }
                                    volumes.move(guest, target);
                                    guest.moveTo(target);
                                },
                                () -> guest.config().remove("lock"))
                        .upid());
    }

    private Value backUp(Call call) throws Refused {
        List<Guest> guests = chosen(call);
        Storage storage =
                cluster.storage(
                        call.text("node"), call.has("storage") ? call.text("storage") : "local");
        call.caller().need("/storage/" + storage.id(), "Datastore.AllocateSpace");
        if (!storage.contents().contains("backup")) {
            throw Refused.parameter(
                    "storage",
                    "can't use storage '%s' for backups - wrong content type"
                            .formatted(storage.id()));
        }
        if (call.has("bwlimit") || call.has("performance") || call.has("ionice")) {
            call.caller().need("/", "Sys.Modify");
        }
        for (String only : List.of("tmpdir", "dumpdir", "script", "job-id")) {
            if (call.has(only) && !call.caller().isRoot()) {
                throw Refused.parameter(only, "Only root may set this option.");
            }
        }
        List<Guest> locked = new ArrayList<>();
        for (Guest guest : guests) {
            if (guest.config().putIfAbsent("lock", "backup") == null) {
                locked.add(guest);
            }
        }
        return Value.of(
                cluster.begin(
                                call,
                                "vzdump",
                                guests.size() == 1
                                        ? Integer.toString(guests.getFirst().vmid())
                                        : "",
                                () -> {
                                    for (Guest guest : locked) {
                                        store(call, guest, storage);
                                    }
                                    if (locked.size() < guests.size()) {
                                        throw Refused.died("job errors");
                                    }
                                },
                                () -> locked.forEach(guest -> guest.config().remove("lock")))
                        .upid());
    }

    /**
     * Those that are named, or all of the node; without the privilege, one that is named is
     * refused.
     */
    private List<Guest> chosen(Call call) throws Refused {
        if (!call.has("vmid") && !call.is("all") && !call.has("pool")) {
            throw Refused.died("you can't run a backup without guests: set vmid, all or pool");
        }
        List<Guest> chosen = new ArrayList<>();
        if (call.has("vmid")) {
            for (String id : Parts.ofList(call.text("vmid"))) {
                Guest guest = cluster.guests().get(Integer.parseInt(id));
                call.caller().need("/vms/" + id, "VM.Backup");
                if (guest == null) {
                    throw Refused.died("unable to find VM '%s'".formatted(id));
                }
                if (guest.node().equals(call.text("node"))) {
                    chosen.add(guest);
                }
            }
            return chosen;
        }
        for (Guest guest : cluster.guests().values()) {
            if (guest.node().equals(call.text("node"))
                    && (!call.has("pool") || guest.pool().equals(call.text("pool")))
                    && call.caller().may("/vms/" + guest.vmid(), "VM.Backup")) {
                chosen.add(guest);
            }
        }
        return chosen;
    }

    private static void store(Call call, Guest guest, Storage storage) {
        Map<String, String> config = new TreeMap<>(guest.config());
        config.remove("lock");
        Instant when = Instant.ofEpochSecond(Cluster.now());
        String id;
        do {
            id =
                    "%s:backup/vzdump-%s-%d-%s.%s.zst"
                            .formatted(
                                    storage.id(),
                                    guest.kind().path(),
                                    guest.vmid(),
                                    IN_A_NAME.format(when),
                                    guest.kind() == Guest.Kind.VM ? "vma" : "tar");
            when = when.plusSeconds(1);
        } while (storage.volumes().containsKey(id));
        storage.put(
                new Storage.Volume(
                        id,
                        "backup",
                        guest.kind() == Guest.Kind.VM ? "vma.zst" : "tar.zst",
                        guest.disk() / 16,
                        guest.vmid(),
                        when.getEpochSecond() - 1,
                        call.text("notes-template")
                                .replace("{{guestname}}", guest.name())
                                .replace("{{vmid}}", Integer.toString(guest.vmid()))
                                .replace("{{node}}", guest.node()),
                        config));
    }
}
