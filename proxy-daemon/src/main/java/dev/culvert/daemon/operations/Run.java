package dev.culvert.daemon.operations;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One time that an operation was run. Safe for all threads. */
public final class Run {
    private static final int MOST_LINES = 100;
    private static final int MOST_CHARS = 1_000;

    /** Roughly, of a run without its texts. */
    private static final int BYTES = 400;

    /**
     * How a run ended.
     *
     * @param why what the caller was told; null if it succeeded
     */
    public record End(int status, long nanos, long bytesOut, @Nullable String why) {}

    private final String id;
    private final Operation operation;
    private final String path;
    private final Caller caller;
    private final String requestId;
    private final long bytesIn;
    private final Instant begun;
    private final List<String> lines = new ArrayList<>();
    private long cpuNanos;
    private long textBytes;
    private @Nullable End end;

    Run(String id, Operation operation, String path, Caller caller, String requestId, long bytes) {
        this.id = id;
        this.operation = operation;
        this.path = shortened(path);
        this.caller = caller;
        this.requestId = requestId;
        bytesIn = bytes;
        begun = Instant.now();
        textBytes = (long) this.path.length() + requestId.length();
    }

    /** One from before a restart. */
    Run(PastRun past, Operation operation) {
        this.id = past.id();
        this.operation = operation;
        path = past.path();
        caller = new Caller(past.by().name(), past.by().kind(), past.by().tenant(), Set.of(), null);
        requestId = past.requestId();
        bytesIn = past.bytesIn();
        begun = past.begun();
        cpuNanos = past.cpuNanos();
        lines.addAll(past.lines());
        end = past.end();
        String why = past.end().why();
        textBytes =
                (long) path.length()
                        + requestId.length()
                        + past.lines().stream().mapToInt(String::length).sum()
                        + (why == null ? 0 : why.length());
    }

    /** As a store has it; null while it goes on. */
    synchronized @Nullable PastRun past() {
        End ended = end;
        return ended == null
                ? null
                : new PastRun(
                        id,
                        operation.name(),
                        path,
                        new PastRun.By(caller.name(), caller.kind(), caller.tenant()),
                        requestId,
                        begun,
                        bytesIn,
                        cpuNanos,
                        lines,
                        ended);
    }

    public String id() {
        return id;
    }

    public Operation operation() {
        return operation;
    }

    /** As it was asked for; cut if it is long. */
    public String path() {
        return path;
    }

    public Caller caller() {
        return caller;
    }

    public String requestId() {
        return requestId;
    }

    public Instant begun() {
        return begun;
    }

    public long bytesIn() {
        return bytesIn;
    }

    /** Null while it goes on. */
    public synchronized @Nullable End end() {
        return end;
    }

    /** Of all threads that worked for it until now. */
    public synchronized long cpuNanos() {
        return cpuNanos;
    }

    /** What was logged while it worked. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    synchronized void worked(long nanos) {
        cpuNanos += nanos;
    }

    /** Returns by how many bytes it grew. */
    synchronized long logged(String line) {
        if (lines.size() == MOST_LINES) {
            return 0;
        }
        String kept = shortened(line);
        lines.add(kept);
        textBytes += kept.length();
        return kept.length();
    }

    /** Returns by how many bytes it grew. */
    synchronized long ended(int status, long nanos, long bytesOut, @Nullable String why) {
        String kept = why == null ? "" : shortened(why);
        end = new End(status, nanos, bytesOut, why == null ? null : kept);
        textBytes += kept.length();
        return kept.length();
    }

    private static String shortened(String text) {
        return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "…";
    }

    synchronized long bytes() {
        return BYTES + textBytes;
    }

    /** Whether the caller may look at it: it is its own, or the caller operates the daemon. */
    public boolean isSeenBy(Caller other) {
        return Operations.isFor(other, Need.OPERATE)
                || (caller.kind() == other.kind()
                        && caller.name().equals(other.name())
                        && Objects.equals(caller.tenant(), other.tenant()));
    }
}
