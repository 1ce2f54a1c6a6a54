package dev.culvert.daemon.guests;

import dev.culvert.daemon.proxmox.Task;
import dev.culvert.daemon.proxmox.TaskState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a task of Proxmox is.
 *
 * @param seen when Proxmox said so
 * @param ended null while it runs, and where only its end is known and not when
 */
public record TaskLook(
        String server, Task task, TaskState state, Instant seen, @Nullable Instant ended) {
    public boolean isOver() {
        return !(state instanceof TaskState.Running);
    }

    /**
     * Lines of a task's log.
     *
     * @param next how many lines there are before those that come next
     */
    public record Lines(List<String> lines, int next) {
        public Lines {
            lines = List.copyOf(lines);
        }
    }
}
