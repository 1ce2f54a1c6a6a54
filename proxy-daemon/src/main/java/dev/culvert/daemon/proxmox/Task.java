package dev.culvert.daemon.proxmox;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Work of Proxmox, by its UPID.
 *
 * @param upid the whole id
 * @param node where it runs
 * @param pid of its process there
 * @param begun when
 * @param type such as {@code qmstart}
 * @param id of what it works on, such as a VMID; may be empty
 * @param user who began it; of a token, {@code USER@REALM!NAME}
 */
public record Task(
        String upid, String node, long pid, Instant begun, String type, String id, String user) {
    private static final Pattern UPID =
            Pattern.compile(
                    "UPID:([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\\s]{1,64}):([^:\\s]{0,128}):([^:\\s]{1,256}):");

    /** Whether a text has the form of a UPID, and nothing that means more in a path. */
    public static boolean isUpid(String text) {
        return UPID.matcher(text).matches();
    }

    /**
     * Reads a UPID.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Task parse(String upid) {
        Matcher parts = UPID.matcher(upid);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a task has an id such as"
                            + " UPID:pve:0000A1B2:00C3D4E5:674B0000:qmstart:101:culvert@pve!daemon:");
        }
        return new Task(
                upid,
                parts.group(1),
                Long.parseLong(parts.group(2), 16),
                Instant.ofEpochSecond(Long.parseLong(parts.group(4), 16)),
                parts.group(5),
                parts.group(6),
                parts.group(7));
    }
}
