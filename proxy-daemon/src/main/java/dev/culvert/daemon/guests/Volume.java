package dev.culvert.daemon.guests;

import dev.culvert.daemon.proxmox.Fields;

/**
 * Something in a storage: a disk, a backup, a template, an image.
 *
 * @param volume as Proxmox names it, {@code STORAGE:…}
 * @param vmid whose it is; 0 if nobody's
 * @param created in seconds since 1970; 0 if unknown
 */
public record Volume(
        String volume,
        String content,
        String format,
        long size,
        long vmid,
        long created,
        String notes) {
    static Volume of(Fields row) {
        return new Volume(
                row.textOr("volid", ""),
                row.textOr("content", ""),
                row.textOr("format", ""),
                row.number("size", 0),
                row.number("vmid", 0),
                row.number("ctime", 0),
                row.textOr("notes", ""));
    }
}
