package dev.culvert.infra;

import dev.culvert.about.Spelling;
import dev.culvert.about.Units;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Holds a desired state against what the servers have: names, free numbers, room, CIDs. */
public final class Validation {
    /** Of so many guests at most, the CIDs are looked at. */
    private static final int MOST_FOR_CIDS = 1_000;

    private final DesiredState desired;
    private final Map<GuestId, ManagedGuest> managed;
    private final Reality reality;
    private final Map<GuestId, Value> there = new TreeMap<>();
    private final Map<GuestId, Optional<Observed>> sources = new HashMap<>();
    private final List<String> mistakes = new ArrayList<>();

    private Validation(DesiredState desired, Map<GuestId, ManagedGuest> managed, Reality reality) {
        this.desired = desired;
        this.managed = managed;
        this.reality = reality;
    }

    /** All that is wrong, in one line each; nothing if the state can be made. */
    public static List<String> mistakes(
            DesiredState desired, Map<GuestId, ManagedGuest> managed, Reality reality)
            throws IOException {
        Validation validation = new Validation(desired, managed, reality);
        validation.look();
        return validation.mistakes;
    }

    private void look() throws IOException {
        for (Value each : reality.all()) {
            there.put(new GuestId(each.text("server"), (int) each.number(0, "vmid")), each);
        }
        List<String> servers = reality.servers();
        List<Written> onKnown = new ArrayList<>();
        for (Written each : desired.guests()) {
            String server = each.guest().id().server();
            if (servers.contains(server)) {
                onKnown.add(each);
            } else {
                mistakes.add(unknown(each, "server", server, servers));
            }
        }
        nodes(onKnown);
        storages(onKnown);
        onKnown.forEach(this::taken);
        cids(onKnown);
    }

    private static String unknown(Written each, String key, String word, Collection<String> known) {
        return "%s: %s has \"%s\", which is none of %s%s"
                .formatted(
                        each.at(key),
                        key,
                        word,
                        known.isEmpty() ? "those that the daemon has (there are none)" : known,
                        Spelling.question(word, known));
    }

    private void nodes(List<Written> guests) throws IOException {
        Map<String, Value> nodes = new HashMap<>();
        Map<String, List<String>> names = new HashMap<>();
        for (Value each : reality.nodes()) {
            nodes.put(each.text("server") + "/" + each.text("name"), each);
            names.computeIfAbsent(each.text("server"), _ -> new ArrayList<>())
                    .add(each.text("name"));
        }
        Map<String, Long> memory = new LinkedHashMap<>();
        for (Written each : guests) {
            Guest guest = each.guest();
            String place = guest.id().server() + "/" + guest.node();
            Value node = nodes.get(place);
            if (node == null) {
                mistakes.add(
                        unknown(
                                each,
                                "node",
                                guest.node(),
                                names.getOrDefault(guest.id().server(), List.of())));
                continue;
            }
            long cpus = node.number(0, "cpus");
            guest.hardware()
                    .cpus()
                    .filter(it -> cpus > 0 && it > cpus)
                    .ifPresent(it ->
                            mistakes.add(
                                    "%s: cpus is %d, and the node %s has %d"
                                            .formatted(each.at("cpus"), it, guest.node(), cpus)));
            if (guest.wishes().start().orElse(true)) {
                guest.hardware().memoryBytes().ifPresent(it -> memory.merge(place, it, Long::sum));
            }
            long all = node.number(0, "memory");
            if (all > 0 && memory.getOrDefault(place, 0L) > all) {
                mistakes.add(
                        "%s: with this guest, those on the node %s have %s of memory, and it has %s"
                                .formatted(
                                        each.at("memory"),
                                        guest.node(),
                                        Units.text(memory.getOrDefault(place, 0L)),
                                        Units.text(all)));
                memory.remove(place);
            }
        }
    }

    private void storages(List<Written> guests) throws IOException {
        Map<String, Value> storages = new HashMap<>();
        Map<String, TreeSet<String>> names = new HashMap<>();
        for (Value each : reality.storages()) {
            String node = each.text("server") + "/" + each.text("node");
            storages.put(node + "/" + each.text("name"), each);
            names.computeIfAbsent(node, _ -> new TreeSet<>()).add(each.text("name"));
        }
        Map<String, Long> wanted = new HashMap<>();
        for (Written each : guests) {
            Guest guest = each.guest();
            String node = guest.id().server() + "/" + guest.node();
            for (Disk disk : guest.hardware().disks()) {
                if (!storages.containsKey(node + "/" + disk.storage())) {
                    mistakes.add(
                            unknown(
                                    each,
                                    "disks",
                                    disk.storage(),
                                    names.getOrDefault(node, new TreeSet<>())));
                }
            }
            if (there.containsKey(guest.id())) {
                continue; // its disks are there already
            }
            elsewhere(each, storages);
            for (Disk disk : newDisks(guest)) {
                Value storage = storages.get(node + "/" + disk.storage());
                if (storage == null) {
                    continue;
                }
                String place =
                        (storage.text("shared").equals("true") ? guest.id().server() : node)
                                + "/"
                                + disk.storage();
                long sum = wanted.merge(place, disk.bytes(), Long::sum);
                long size = storage.number(0, "size");
                long free = size - storage.number(0, "used");
                if (size > 0 && sum > free) {
                    mistakes.add(
                            "%s: with %s, new disks take %s of %s, which has %s left"
                                    .formatted(
                                            each.at(
                                                    guest.hardware().disks().contains(disk)
                                                            ? "disks"
                                                            : "clone"),
                                            disk.slot(),
                                            Units.text(sum),
                                            disk.storage(),
                                            Units.text(Math.max(0, free >> 20 << 20))));
                    wanted.remove(place);
                }
            }
        }
    }

    /** Proxmox makes a clone on another node only if that node has the disks, too. */
    private void elsewhere(Written each, Map<String, Value> storages) {
        Optional<Observed> source = sourceOf(each.guest());
        if (source.isEmpty() || source.get().node().equals(each.guest().node())) {
            return;
        }
        String server = source.get().id().server();
        for (Disk disk : source.get().disks()) {
            Value storage = storages.get(server + "/" + source.get().node() + "/" + disk.storage());
            if (storage != null && !storage.text("shared").equals("true")) {
                mistakes.add(
                        "%s: a clone of %d is made on its node %s, because %s is on %s, which the nodes do not share: node is %s"
                                .formatted(
                                        each.at("clone"),
                                        source.get().id().vmid(),
                                        source.get().node(),
                                        disk.slot(),
                                        disk.storage(),
                                        each.guest().node()));
                return;
            }
        }
    }

    /** Those that it names, and those that it gets from what it is cloned from. */
    private List<Disk> newDisks(Guest guest) {
        Map<String, Disk> disks = new LinkedHashMap<>();
        for (Disk each : sourceOf(guest).map(Observed::disks).orElse(List.of())) {
            disks.put(each.slot(), each);
        }
        for (Disk each : guest.hardware().disks()) {
            disks.put(each.slot(), each);
        }
        return List.copyOf(disks.values());
    }

    /** Empty also if nobody knows yet how it is: the plan asks anew. */
    private Optional<Observed> sourceOf(Guest guest) {
        return guest.clonedFrom().flatMap(it -> sources.computeIfAbsent(it, this::now));
    }

    private Optional<Observed> now(GuestId id) {
        try {
            return reality.guest(id);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private void taken(Written each) {
        Guest guest = each.guest();
        Value is = there.get(guest.id());
        boolean isOurs =
                managed.containsKey(guest.id())
                        || (is != null
                                && is.text("name").equals(guest.name())
                                && is.text("kind").equals(guest.kind().word()));
        if (is != null && !isOurs) {
            mistakes.add(
                    "%s: vmid %d of %s is the %s %s already: the next free number is %d"
                            .formatted(
                                    each.at("vmid"),
                                    guest.id().vmid(),
                                    guest.id().server(),
                                    is.text("kind"),
                                    is.text("name"),
                                    free(guest.id().server(), there.keySet(), desired)));
        }
    }

    /** The least number that no guest of a server has or is to have. */
    public static int free(String server, Collection<GuestId> there, DesiredState desired) {
        int vmid = GuestId.LEAST;
        while (there.contains(new GuestId(server, vmid))
                || desired.of(new GuestId(server, vmid)).isPresent()) {
            vmid++;
        }
        return vmid;
    }

    private void cids(List<Written> guests) throws IOException {
        Map<String, Written> wanted = new HashMap<>();
        for (Written each : guests) {
            each.guest()
                    .wishes()
                    .cid()
                    .ifPresent(it -> wanted.put(each.guest().id().server() + " " + it, each));
        }
        if (wanted.isEmpty() || there.size() > MOST_FOR_CIDS) {
            return;
        }
        List<GuestId> vms =
                there.entrySet().stream()
                        .filter(it -> it.getValue().text("kind").equals("vm"))
                        .map(Map.Entry::getKey)
                        .toList();
        for (Observed other : reality.guests(vms).values()) {
            other.cid()
                    .ifPresent(cid -> {
                        Written each = wanted.get(other.id().server() + " " + cid);
                        if (each != null && !each.guest().id().equals(other.id())) {
                            mistakes.add(
                                    "%s: agent.cid %d is that of %s %s already: take another, such as the vmid"
                                            .formatted(
                                                    each.at("agent"),
                                                    cid,
                                                    other.id(),
                                                    other.name()));
                        }
                    });
        }
    }
}
