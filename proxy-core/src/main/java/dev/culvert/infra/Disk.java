package dev.culvert.infra;

import dev.culvert.about.Units;
import java.util.regex.Pattern;

/**
 * A disk of a guest.
 *
 * @param slot such as {@code scsi0}; {@code rootfs} or {@code mp0} of a container
 * @param bytes whole GiB
 * @param path where a container mounts it; empty for others
 */
public record Disk(String slot, String storage, long bytes, String path) {
    static final Pattern OF_VM = Pattern.compile("(scsi|virtio|sata|ide)\\d{1,2}");
    static final Pattern OF_CT = Pattern.compile("rootfs|mp\\d{1,3}");
    private static final Pattern STORAGE = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]");
    private static final long GIB = 1L << 30;

    public Disk {
        if (slot.isEmpty()) {
            throw new IllegalArgumentException("slot is missing: such as \"scsi0\" or \"rootfs\"");
        }
        if (!OF_VM.matcher(slot).matches() && !OF_CT.matcher(slot).matches()) {
            throw new IllegalArgumentException(
                    "slot is \"%s\": it must be scsiN, virtioN, sataN or ideN of a VM, or rootfs or mpN of a container"
                            .formatted(slot));
        }
        if (storage.isEmpty()) {
            throw new IllegalArgumentException(
                    "storage is missing: the name of a storage of Proxmox");
        }
        if (!STORAGE.matcher(storage).matches()) {
            throw new IllegalArgumentException(
                    "storage is \"%s\": it must be the name of a storage of Proxmox"
                            .formatted(storage));
        }
        if (bytes == 0) {
            throw new IllegalArgumentException("size is missing: such as \"8GiB\"");
        }
        if (bytes % GIB != 0) {
            throw new IllegalArgumentException(
                    "size is \"%s\": it must be whole GiB, such as \"8GiB\""
                            .formatted(Units.text(bytes)));
        }
        boolean isMount = slot.startsWith("mp");
        if (isMount != path.startsWith("/") || path.contains(",")) {
            throw new IllegalArgumentException(
                    isMount
                            ? "path is missing: where the container mounts it, such as \"/srv\""
                            : "path is for the slots mpN of a container");
        }
    }

    public long gib() {
        return bytes / GIB;
    }

    /** As Proxmox's parameter makes it anew. */
    String asNew() {
        return storage + ":" + gib() + (path.isEmpty() ? "" : ",mp=" + path);
    }
}
