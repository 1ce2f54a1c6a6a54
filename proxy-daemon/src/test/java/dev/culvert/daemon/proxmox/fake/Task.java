package dev.culvert.daemon.proxmox.fake;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Work that takes time, and that is known by its UPID. Guarded by the cluster's lock. */
final class Task {
    /** What is done once the time has passed. */
    @FunctionalInterface
    interface Effect {
        /** Does it; what it is refused with is what the task fails with. */
        void happen() throws Refused;
    }

    private final String upid;
    private final String node;
    private final String type;
    private final String id;
    private final String user;
    private final int pid;
    private final long begun;
    private final Effect effect;
    private final Runnable unlock;
    private final List<String> log = new ArrayList<>();
    private @Nullable String exit;
    private long ended;

    /**
     * @param begun in seconds since 1970
     * @param unlock what happens at its end, also at a bad one
     */
    Task(
            String node,
            String type,
            String id,
            String user,
            int pid,
            long begun,
            Effect effect,
            Runnable unlock) {
        this.node = node;
        this.type = type;
        this.id = id;
        this.user = user;
        this.pid = pid;
        this.begun = begun;
        this.effect = effect;
        this.unlock = unlock;
        upid =
                "UPID:%s:%08X:%08X:%08X:%s:%s:%s:"
                        .formatted(node, pid, pid * 100, begun, type, id, user);
    }

    /**
     * Does what it is for.
     *
     * @param otherwise how it ends if that went well
     */
    void finish(String otherwise, long now) {
        String result = otherwise;
        try {
            effect.happen();
        } catch (Refused e) {
            result = e.words().strip();
        }
        end(result, now);
    }

    void fail(String why, long now) {
        end(why, now);
    }

    private void end(String result, long now) {
        if (exit != null) {
            return;
        }
        exit = result;
        ended = now;
        log.add(
                result.equals("OK") || result.startsWith("WARNINGS")
                        ? "TASK " + result
                        : "TASK ERROR: " + result);
        unlock.run();
    }

    String upid() {
        return upid;
    }

    String node() {
        return node;
    }

    String type() {
        return type;
    }

    String id() {
        return id;
    }

    String user() {
        return user;
    }

    int pid() {
        return pid;
    }

    long begun() {
        return begun;
    }

    long ended() {
        return ended;
    }

    /** Null while it runs. */
    @Nullable String exit() {
        return exit;
    }

    List<String> log() {
        return log;
    }
}
