package dev.culvert.daemon.guests;

import dev.culvert.daemon.proxmox.TaskState;

/** Is told of the end of tasks that Culvert's clients began. */
public interface TaskListener {
    /** Called on a worker. */
    void onEnded(String server, TaskState state);
}
