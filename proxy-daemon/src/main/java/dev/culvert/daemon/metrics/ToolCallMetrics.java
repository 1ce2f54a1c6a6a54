package dev.culvert.daemon.metrics;

import dev.culvert.daemon.turn.ToolCallEnd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Tools that agents run in their turns. Called on many event loops at once. */
final class ToolCallMetrics {
    private static final String OF_A_SERVER = "mcp";
    private static final String OTHER = "other";

    /** Agents may have tools of any name: each that is not here counts as one of two kinds. */
    private static final List<String> BUILT_IN =
            List.of(
                    "read_file",
                    "write_file",
                    "edit_file",
                    "list_dir",
                    "search_files",
                    "run_command");

    private static final int MOST_TURNS = 1_024;

    private record Kind(Counter ok, Counter failed, Timer duration) {}

    private final Map<String, Kind> kinds = new HashMap<>();

    /** The last result of each turn that was counted. Guarded by itself. */
    private final Map<String, Long> counted = new LinkedHashMap<>();

    ToolCallMetrics(MeterRegistry registry) {
        BUILT_IN.forEach(tool -> kinds.put(tool, kind(registry, tool)));
        kinds.put(OF_A_SERVER, kind(registry, OF_A_SERVER));
        kinds.put(OTHER, kind(registry, OTHER));
    }

    private static Kind kind(MeterRegistry registry, String tool) {
        return new Kind(
                calls(registry, tool, "ok"),
                calls(registry, tool, "failed"),
                Buckets.timer(
                                "culvert.tool.call.duration",
                                "Time that a tool of an agent took, with its wait for approval and"
                                        + " for other calls.")
                        .tag("tool", tool)
                        .register(registry));
    }

    private static Counter calls(MeterRegistry registry, String tool, String outcome) {
        return Counter.builder("culvert.tool.calls")
                .description("Calls of tools that agents ran in their turns, by tool and outcome.")
                .tag("tool", tool)
                .tag("outcome", outcome)
                .register(registry);
    }

    void count(ToolCallEnd end) {
        if (wasCounted(end)) {
            return;
        }
        Kind kind = kinds.get(label(end.tool()));
        if (kind == null) {
            return; // there is one for each label
        }
        (end.ok() ? kind.ok() : kind.failed()).increment();
        if (end.nanos() >= 0) {
            kind.duration().record(end.nanos(), TimeUnit.NANOSECONDS);
        }
    }

    /* A client that comes back reads results again; those of a turn have rising numbers. */
    private boolean wasCounted(ToolCallEnd end) {
        synchronized (counted) {
            Long last = counted.remove(end.turn());
            counted.put(end.turn(), last == null ? end.number() : Math.max(last, end.number()));
            if (counted.size() > MOST_TURNS) {
                counted.remove(counted.keySet().iterator().next());
            }
            return last != null && last >= end.number();
        }
    }

    private static String label(String tool) {
        if (BUILT_IN.contains(tool)) {
            return tool;
        }
        return tool.startsWith("mcp__") ? OF_A_SERVER : OTHER;
    }
}
