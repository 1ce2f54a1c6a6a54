package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.tools.Commands;
import dev.culvert.tools.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The tools that the agent itself runs for the runtime's model.
 *
 * @param directory where they work; null for no tools
 * @param policy what they may do; null for reading only
 * @param commands whether programs are run
 * @param servers whether MCP servers are started
 * @param maxRounds how often a turn may ask the runtime again with results
 * @param maxCalls how many run at once, over all turns
 * @param timeout how long a call may take
 * @param outputBytes of the result of one call
 * @param resultsBytes of all results of a turn
 * @param approvals of calls about which the policy asks
 */
public record ToolSettings(
        @Nullable Path directory,
        @Nullable Path policy,
        Commands commands,
        Servers servers,
        int maxRounds,
        int maxCalls,
        Duration timeout,
        int outputBytes,
        int resultsBytes,
        ApprovalSettings approvals) {
    public static final ToolSettings DEFAULTS =
            new ToolSettings(
                    null,
                    null,
                    Commands.OFF,
                    Servers.OFF,
                    16,
                    4,
                    Duration.ofSeconds(30),
                    64 << 10,
                    1 << 20,
                    ApprovalSettings.DEFAULTS);

    public ToolSettings {
        Check.that(
                policy == null || directory != null,
                "tools_policy",
                String.valueOf(policy),
                "it needs tools_dir, the directory in which tools work");
        Check.that(
                commands == Commands.OFF || policy != null,
                "tool_commands",
                commands.name().toLowerCase(Locale.ROOT),
                "commands need tools_policy, whose rules say which may be run");
        Check.that(
                servers == Servers.OFF || directory != null,
                "tool_servers",
                servers.name().toLowerCase(Locale.ROOT),
                "it needs tools_dir, the directory in which MCP servers run");
        Check.between("max_tool_rounds", maxRounds, 1, 1_000);
        Check.between("max_tool_calls", maxCalls, 1, 64);
        Check.positive("tool_timeout", timeout);
        Check.bytesBetween("tool_output_bytes", outputBytes, 1 << 10, 512 << 10);
        Check.bytesBetween("tool_results_bytes", resultsBytes, 1 << 10, 8 << 20);
    }

    static ToolSettings read(Section in) {
        return new ToolSettings(
                in.find("tools_dir", Kind.PATH).orElse(null),
                in.find("tools_policy", Kind.PATH).orElse(null),
                in.get("tool_commands", Kind.choice(Commands.class), DEFAULTS.commands),
                in.get("tool_servers", Kind.choice(Servers.class), DEFAULTS.servers),
                in.get("max_tool_rounds", Kind.INT, DEFAULTS.maxRounds),
                in.get("max_tool_calls", Kind.INT, DEFAULTS.maxCalls),
                in.get("tool_timeout", Kind.DURATION, DEFAULTS.timeout),
                in.get("tool_output_bytes", Kind.BYTES, DEFAULTS.outputBytes),
                in.get("tool_results_bytes", Kind.BYTES, DEFAULTS.resultsBytes),
                ApprovalSettings.read(in));
    }
}
