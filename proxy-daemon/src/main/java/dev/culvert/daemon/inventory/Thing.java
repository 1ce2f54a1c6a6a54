package dev.culvert.daemon.inventory;

import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.TaskState;
import java.time.Instant;

/**
 * A node, a guest, a storage, a task or a configuration, as it was seen last.
 *
 * @param id within its kind and server: a node's name, a VMID, {@code NODE/STORAGE} or a UPID
 * @param fields in Proxmox's own names
 * @param seen when
 * @param changed when something of it changed last that is kept
 */
public record Thing(Kind kind, String id, Fields fields, Instant seen, Instant changed) {
    /** By which history finds it. */
    public String subject() {
        return subject(kind, id);
    }

    public static String subject(Kind kind, String id) {
        return kind.label() + "/" + id;
    }

    /** What outlives the daemon. */
    public Fields kept() {
        return kind == Kind.CONFIG ? fields : fields.only(kind.kept());
    }

    /** What people call it. */
    String name() {
        return switch (kind) {
            case GUEST -> fields.textOr("name", id);
            case TASK -> fields.textOr("type", id);
            case NODE, STORAGE, CONFIG -> id;
        };
    }

    /** Whether it is a container, and not a virtual machine. */
    public boolean isContainer() {
        return "lxc".equals(fields.text("type"));
    }

    /** The state of a guest, a node, a storage or a task. */
    public String state() {
        String status = fields.textOr("status", "");
        return switch (kind) {
            case GUEST -> guestState(status);
            case TASK ->
                    fields.has("endtime") || !status.isEmpty()
                            ? TaskState.ofExit(status).label()
                            : "running";
            case NODE, STORAGE -> status.isEmpty() ? "unknown" : status;
            case CONFIG -> "";
        };
    }

    private String guestState(String status) {
        String lock = fields.textOr("lock", "");
        if (lock.equals("suspended")) {
            return "suspended";
        }
        return switch (fields.textOr("qmpstatus", status)) {
            case "paused", "suspended" -> "paused";
            case "running" -> "running";
            case "stopped" -> "stopped";
            default -> status.equals("running") || status.equals("stopped") ? status : "unknown";
        };
    }
}
