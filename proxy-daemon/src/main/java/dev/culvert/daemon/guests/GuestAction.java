package dev.culvert.daemon.guests;

import dev.culvert.daemon.guests.RefusedException.Kind;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.io.Quoted;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be done with a guest that there is. */
public enum GuestAction {
    START,
    SHUTDOWN,
    STOP,
    REBOOT,
    SUSPEND,
    RESUME,
    SET,
    RESIZE,
    CLONE,
    SNAPSHOT,
    ROLLBACK,
    DELSNAPSHOT,
    BACKUP,
    RESTORE,
    MIGRATE,
    DESTROY;

    static final String NEW_ID = "newid";
    static final String ARCHIVE = "archive";
    private static final String SNAPSHOT_NAME = "snapname";

    /** As Proxmox has it; what else would be in a path stays out of it. */
    private static final Pattern NAME_OF_SNAPSHOT = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,39}");

    /** As paths have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The call that does it.
     *
     * @param given the client's parameters, with Proxmox's names
     * @throws RefusedException if one is missing that is part of the path
     */
    GuestCall of(Guest guest, Map<String, String> given) throws RefusedException {
        String path = guest.path();
        Map<String, String> more = new LinkedHashMap<>(given);
        return switch (this) {
            case START, SHUTDOWN, STOP, REBOOT, SUSPEND, RESUME ->
                    GuestCall.post(path + "/status/" + label(), more);
            // That of a VM is a task, which waits for its disks; a container has no such call.
            case SET ->
                    guest.kind() == GuestKind.VM
                            ? GuestCall.post(path + "/config", more)
                            : GuestCall.put(path + "/config", more);
            case RESIZE -> GuestCall.put(path + "/resize", more);
            case CLONE -> GuestCall.post(path + "/clone", more);
            case SNAPSHOT -> {
                checkedName(more.get(SNAPSHOT_NAME));
                yield GuestCall.post(path + "/snapshot", more);
            }
            case ROLLBACK ->
                    GuestCall.post(
                            path
                                    + "/snapshot/"
                                    + checkedName(more.remove(SNAPSHOT_NAME))
                                    + "/rollback",
                            more);
            case DELSNAPSHOT ->
                    GuestCall.delete(
                            path + "/snapshot/" + checkedName(more.remove(SNAPSHOT_NAME)), more);
            case BACKUP -> {
                more.put("vmid", Integer.toString(guest.vmid()));
                yield GuestCall.post("/nodes/" + Proxmox.segment(guest.node()) + "/vzdump", more);
            }
            case RESTORE -> {
                more.put("force", "1");
                yield restore(guest.kind(), guest.node(), guest.vmid(), more);
            }
            case MIGRATE -> GuestCall.post(path + "/migrate", more);
            case DESTROY -> GuestCall.delete(path, more);
        };
    }

    /** Makes a guest of a backup. */
    static GuestCall restore(GuestKind kind, String node, int vmid, Map<String, String> given)
            throws RefusedException {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("vmid", Integer.toString(vmid));
        String archive = given.get(ARCHIVE);
        if (archive == null) {
            throw new RefusedException(
                    Kind.BAD,
                    "A guest is restored from a backup, and none is named: give 'archive', such as"
                            + " backups:backup/vzdump-qemu-101-2026_11_30-02_00_00.vma.zst.");
        }
        given.forEach(more::putIfAbsent);
        if (kind == GuestKind.CT) {
            more.remove(ARCHIVE);
            more.put("ostemplate", archive);
            more.put("restore", "1");
        }
        return GuestCall.post("/nodes/" + Proxmox.segment(node) + "/" + kind.type(), more);
    }

    private static String checkedName(@Nullable String name) throws RefusedException {
        if (name == null) {
            throw new RefusedException(Kind.BAD, "No snapshot is named: give 'snapname'.");
        }
        if (!NAME_OF_SNAPSHOT.matcher(name).matches()) {
            throw new RefusedException(
                    Kind.BAD,
                    "The parameter 'snapname' is '%s': it begins with a letter, and has up to 40 letters, digits, '_' and '-'."
                            .formatted(Quoted.word(name)));
        }
        return name;
    }
}
