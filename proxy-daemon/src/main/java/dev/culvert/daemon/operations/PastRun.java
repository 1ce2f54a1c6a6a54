package dev.culvert.daemon.operations;

import dev.culvert.daemon.auth.Caller;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Run} that has ended, as a store has it.
 *
 * @param operation its name
 * @param by who ran it
 * @param lines what was logged while it worked
 */
public record PastRun(
        String id,
        String operation,
        String path,
        By by,
        String requestId,
        Instant begun,
        long bytesIn,
        long cpuNanos,
        List<String> lines,
        Run.End end) {

    /** Who ran it, without rights. */
    public record By(String name, Caller.Kind kind, @Nullable String tenant) {}

    public PastRun {
        lines = List.copyOf(lines);
    }
}
