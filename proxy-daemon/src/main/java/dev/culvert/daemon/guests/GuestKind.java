package dev.culvert.daemon.guests;

import java.util.Arrays;
import java.util.Optional;

/** What a guest is. */
public enum GuestKind {
    VM("vm", "qemu"),
    CT("ct", "lxc");

    private final String label;
    private final String type;

    GuestKind(String label, String type) {
        this.label = label;
        this.type = type;
    }

    /** As clients know it. */
    public String label() {
        return label;
    }

    /** As Proxmox has it in paths and answers. */
    public String type() {
        return type;
    }

    public static Optional<GuestKind> labelled(String label) {
        return Arrays.stream(values()).filter(it -> it.label.equals(label)).findAny();
    }

    static Optional<GuestKind> ofType(String type) {
        return Arrays.stream(values()).filter(it -> it.type.equals(type)).findAny();
    }

    /** What a backup contains, by the name that Proxmox gave it. */
    static Optional<GuestKind> ofArchive(String archive) {
        if (archive.contains("vzdump-qemu-") || archive.contains("backup/vm/")) {
            return Optional.of(VM);
        }
        return archive.contains("vzdump-lxc-") || archive.contains("backup/ct/")
                ? Optional.of(CT)
                : Optional.empty();
    }
}
