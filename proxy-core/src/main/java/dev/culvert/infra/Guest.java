package dev.culvert.infra;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A guest as a file wants it. What the file does not say is left as it is.
 *
 * @param hardware what it consists of
 * @param source what it is made from
 * @param wishes the rest
 */
public record Guest(
        GuestId id,
        GuestKind kind,
        String name,
        String node,
        Hardware hardware,
        Source source,
        Wishes wishes) {
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern TAG = Pattern.compile("[a-z0-9_][a-z0-9_+.-]{0,63}");
    private static final long LEAST_CID = 3;
    private static final long MOST_CID = 0xffff_fffeL;
    private static final long MIB = 1L << 20;
    private static final int MOST_CPUS = 8_192;

    /**
     * What it consists of.
     *
     * @param disks those that it has at least
     */
    public record Hardware(
            Optional<Integer> cpus,
            Optional<Long> memoryBytes,
            List<Disk> disks,
            List<Nic> network) {
        public Hardware {
            disks = List.copyOf(disks);
            network = List.copyOf(network);
            if (cpus.isPresent() && (cpus.get() < 1 || cpus.get() > MOST_CPUS)) {
                throw new IllegalArgumentException(
                        "cpus is %d: it must be from 1 to %d".formatted(cpus.get(), MOST_CPUS));
            }
            if (memoryBytes.isPresent()
                    && (memoryBytes.get() < 16 * MIB || memoryBytes.get() % MIB != 0)) {
                throw new IllegalArgumentException(
                        "memory is %d bytes: it must be whole MiB, and at least \"16MiB\""
                                .formatted(memoryBytes.get()));
            }
        }

        public Optional<Long> memoryMib() {
            return memoryBytes.map(it -> it / MIB);
        }
    }

    /** What a guest is made from, if it is not there yet. */
    public sealed interface Source {
        /** With empty disks. */
        record Blank() implements Source {}

        /** The number of another guest of the same server. */
        record Clone(int vmid) implements Source {}

        /** A volume with the template of a container. */
        record Template(String volume) implements Source {}
    }

    /**
     * What else it should be.
     *
     * @param cid of its vsock device, by which it is an agent
     * @param start whether it runs
     * @param onBoot whether Proxmox starts it with the node
     * @param needs names of guests that are there before it
     */
    public record Wishes(
            Optional<List<String>> tags,
            Optional<Long> cid,
            Optional<Boolean> start,
            Optional<Boolean> onBoot,
            List<String> needs) {
        public Wishes {
            needs = List.copyOf(needs);
            tags.ifPresent(all ->
                    all.forEach(tag -> {
                        if (!TAG.matcher(tag).matches()) {
                            throw new IllegalArgumentException(
                                    "tags have \"%s\": a tag has small letters, digits, and _ + . -"
                                            .formatted(tag));
                        }
                    }));
            if (cid.isPresent() && (cid.get() < LEAST_CID || cid.get() > MOST_CID)) {
                throw new IllegalArgumentException(
                        "agent.cid is %d: it must be from %d to %d"
                                .formatted(cid.get(), LEAST_CID, MOST_CID));
            }
        }
    }

    public Guest {
        check(name, NAME, "name", "a name as DNS has it, such as \"web-01\"");
        check(id.server(), WORD, "server", "a server of the daemon's setting proxmox");
        check(node, WORD, "node", "a node of that server");
        if (id.vmid() == 0) {
            throw new IllegalArgumentException(
                    "vmid is missing: a number from %d on that no guest has (culvert create finds one)"
                            .formatted(GuestId.LEAST));
        }
        if (id.vmid() < GuestId.LEAST || id.vmid() > GuestId.MOST) {
            throw new IllegalArgumentException(
                    "vmid is %d: it must be from %d to %d"
                            .formatted(id.vmid(), GuestId.LEAST, GuestId.MOST));
        }
        if (source instanceof Source.Clone(int from) && from == id.vmid()) {
            throw new IllegalArgumentException(
                    "clone is %d: a guest is no clone of itself".formatted(from));
        }
        if (source instanceof Source.Template && kind == GuestKind.VM) {
            throw new IllegalArgumentException(
                    "template is for containers: a VM is made from another with \"clone\"");
        }
        if (wishes.cid().isPresent() && kind == GuestKind.CT) {
            throw new IllegalArgumentException(
                    "agent.cid is for VMs: a container has no vsock device of its own");
        }
        Pattern slots = kind == GuestKind.VM ? Disk.OF_VM : Disk.OF_CT;
        for (int i = 0; i < hardware.disks().size(); i++) {
            String slot = hardware.disks().get(i).slot();
            if (!slots.matcher(slot).matches()) {
                throw new IllegalArgumentException(
                        "disks[%d].slot is \"%s\", which no %s has"
                                .formatted(i, slot, kind == GuestKind.VM ? "VM" : "container"));
            }
            for (int j = 0; j < i; j++) {
                if (hardware.disks().get(j).slot().equals(slot)) {
                    throw new IllegalArgumentException(
                            "disks[%d].slot is \"%s\", as that of disks[%d] is"
                                    .formatted(i, slot, j));
                }
            }
        }
    }

    private static void check(String text, Pattern pattern, String key, String takes) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(key + " is missing: " + takes);
        }
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "%s is \"%s\": it must be %s".formatted(key, text, takes));
        }
    }

    /** The guest of the same server that it is a clone of; empty for none. */
    public Optional<GuestId> clonedFrom() {
        return source instanceof Source.Clone(int vmid)
                ? Optional.of(new GuestId(id.server(), vmid))
                : Optional.empty();
    }
}
