package dev.culvert.daemon.metrics;

import dev.culvert.daemon.front.mcp.McpObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Calls of tools by clients of MCP. */
public final class McpMetrics implements McpObserver {
    private record Call(Tool tool, Outcome outcome) {}

    private final Map<Call, Counter> calls;

    McpMetrics(MeterRegistry registry) {
        Map<Call, Counter> counters = new HashMap<>();
        for (Tool tool : Tool.values()) {
            for (Outcome outcome : Outcome.values()) {
                counters.put(
                        new Call(tool, outcome),
                        Counter.builder("culvert.mcp.tool.calls")
                                .description(
                                        "Calls of tools of MCP that ended, by the kind of the tool"
                                                + " and by outcome.")
                                .tag("tool", label(tool))
                                .tag("outcome", label(outcome))
                                .register(registry));
            }
        }
        calls = Map.copyOf(counters);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void onCalled(Tool tool, Outcome outcome) {
        Counter counter = calls.get(new Call(tool, outcome));
        if (counter != null) {
            counter.increment();
        }
    }
}
