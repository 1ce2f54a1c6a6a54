package dev.culvert.daemon.client.guests;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at a task until it is over, also while the daemon or the node is away for a while. */
public final class TaskWatch {
    /** After that nobody knows how the task is. */
    private static final Duration LONGEST_LOSS = Duration.ofSeconds(60);

    private static final int SERVICE_UNAVAILABLE = 503;

    private final TaskAt at;
    private Value task = Value.nothing();
    private List<Value> lines = List.of();
    private String last = "";
    private long next;
    private long lostSince;
    private @Nullable IOException lost;

    public TaskWatch(TaskAt at) {
        this.at = at;
    }

    /**
     * Looks once.
     *
     * @param wait so many seconds at most for something new
     * @return whether the daemon and Proxmox answered
     * @throws IOException if they have been away for too long, or refuse to say
     */
    public boolean look(Api api, int wait) throws IOException {
        try {
            Value seen = api.get(at.path(wait, next));
            task = seen.at("task");
            lines = seen.at("log").list();
            next = seen.number(next, "log_next");
            if (!lines.isEmpty()) {
                last = lines.getLast().text();
            }
            lost = null;
            return true;
        } catch (UnreachableException e) {
            away(e);
        } catch (ProblemException e) {
            if (!e.code().equals("unreachable") && e.status() != SERVICE_UNAVAILABLE) {
                throw e;
            }
            away(e);
        }
        lines = List.of();
        return false;
    }

    private void away(IOException e) throws IOException {
        long now = System.nanoTime();
        if (lost == null) {
            lostSince = now;
        }
        lost = e;
        if (now - lostSince > LONGEST_LOSS.toNanos()) {
            throw e;
        }
    }

    public TaskAt at() {
        return at;
    }

    /** As the daemon has it; nothing before the first look. */
    public Value task() {
        return task;
    }

    /** What the last look has found in its log. */
    public List<Value> lines() {
        return lines;
    }

    /** The last line of its log; empty if there was none. */
    public String last() {
        return last;
    }

    /** Why nobody knows how it is now; null if that is known. */
    public @Nullable IOException lost() {
        return lost;
    }

    public boolean isOver() {
        return switch (task.text("state")) {
            case "ok", "warnings", "failed" -> true;
            default -> false;
        };
    }

    public boolean hasFailed() {
        return task.text("state").equals("failed");
    }
}
