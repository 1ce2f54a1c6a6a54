package dev.culvert.daemon.client.guests;

import dev.culvert.daemon.client.http.Request;
import dev.culvert.value.Value;

/** A task of Proxmox, by its server and its UPID. */
public record TaskAt(String server, String upid) {
    private static final String PATH = "/api/v1/inventory/tasks/";

    public static TaskAt of(Value task) {
        return new TaskAt(task.text("server"), task.text("upid"));
    }

    /** As the verb {@code task show} takes it. */
    public String id() {
        return server + "/" + upid;
    }

    /**
     * Where the daemon has it.
     *
     * @param wait so many seconds at most
     * @param after so many lines of its log are known
     */
    public String path(int wait, long after) {
        return "%s%s/%s?wait=%d&log_after=%d"
                .formatted(PATH, Request.segment(server), Request.segment(upid), wait, after);
    }
}
