package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.DesiredState;
import dev.culvert.infra.Guest;
import dev.culvert.infra.Guest.Hardware;
import dev.culvert.infra.Guest.Source;
import dev.culvert.infra.Guest.Wishes;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.infra.Observed;
import dev.culvert.infra.Reality;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Makes desired state of guests that are there. */
public final class Adoption {
    private final Workspace workspace;
    private final DesiredState desired;
    private final List<Guest> adopted = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    private Adoption(Workspace workspace, DesiredState desired) {
        this.workspace = workspace;
        this.desired = desired;
    }

    /**
     * Looks at what is there; writes nothing yet.
     *
     * @param wanted which guests, as the inventory lists them
     */
    public static Adoption of(Workspace workspace, Reality reality, Predicate<Value> wanted)
            throws IOException {
        Adoption adoption = new Adoption(workspace, workspace.desired());
        List<GuestId> ids =
                reality.all().stream()
                        .filter(wanted)
                        .map(it -> new GuestId(it.text("server"), (int) it.number(0, "vmid")))
                        .filter(it -> adoption.desired.of(it).isEmpty())
                        .toList();
        Set<String> names = new HashSet<>();
        Set<String> cids = new HashSet<>();
        adoption.desired
                .guests()
                .forEach(it -> {
                    names.add(it.guest().name());
                    it.guest().wishes().cid().ifPresent(cid -> cids.add(cid(it.guest().id(), cid)));
                });
        for (Observed each : new TreeMap<>(reality.guests(ids)).values()) {
            adoption.adopt(each, names, cids);
        }
        return adoption;
    }

    private static String cid(GuestId id, long cid) {
        return id.server() + " " + cid;
    }

    private void adopt(Observed is, Set<String> names, Set<String> cids) {
        if (!names.add(is.name())) {
            left.add(
                    "%s: another guest has the name %s too: rename one of them"
                            .formatted(is.id(), Quoted.word(is.name())));
            return;
        }
        Optional<Long> cid = is.kind() == GuestKind.VM ? is.cid() : Optional.empty();
        if (cid.isPresent() && !cids.add(cid(is.id(), cid.get()))) {
            left.add(
                    "%s %s: another VM has the CID %d too, so only one of them can run: culvert doctor tells which"
                            .formatted(is.id(), Quoted.word(is.name()), cid.get()));
            return;
        }
        try {
            adopted.add(guest(is, cid));
        } catch (IllegalArgumentException e) {
            left.add("%s: %s".formatted(is.id(), Quoted.message(e)));
        }
    }

    private static Guest guest(Observed is, Optional<Long> cid) {
        return new Guest(
                is.id(),
                is.kind(),
                is.name(),
                is.node(),
                new Hardware(
                        Optional.of(is.cpus()),
                        Optional.of(is.memoryMib() << 20),
                        is.disks(),
                        is.nics()),
                new Source.Blank(),
                new Wishes(
                        is.tags().isEmpty() ? Optional.empty() : Optional.of(is.tags()),
                        cid,
                        is.isTemplate() ? Optional.empty() : Optional.of(is.isRunning()),
                        is.isOnBoot() ? Optional.of(true) : Optional.empty(),
                        List.of()));
    }

    /** The guests that get a file. */
    public List<Guest> adopted() {
        return adopted;
    }

    /** Why others get none, in one line each. */
    public List<String> left() {
        return left;
    }

    /** Writes the files, and notes that the guests belong to the workspace now. */
    public void write() throws IOException {
        Managed managed = Managed.read(workspace);
        for (Guest guest : adopted) {
            workspace.write(guest);
            managed.add(new ManagedGuest(guest.id(), guest.kind(), guest.name(), List.of()));
        }
        managed.write();
    }

    /* People change these: they are written once. */
    private static boolean isOfPeople(String path) {
        return !path.endsWith("/guests.tf.json") && !path.endsWith("/inventory.json");
    }

    /** The files for other programs, by their paths in the workspace: of all guests. */
    public Map<String, String> generated() {
        List<Guest> all = new ArrayList<>();
        desired.guests().forEach(it -> all.add(it.guest()));
        all.addAll(adopted);
        Map<String, String> files = new TreeMap<>(TerraformFiles.of(all));
        files.putAll(AnsibleFiles.of(all));
        files.keySet().removeIf(it -> isOfPeople(it) && Files.exists(workspace.root().resolve(it)));
        return files;
    }
}
