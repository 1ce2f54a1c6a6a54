package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.mcp.Answering;
import dev.culvert.daemon.client.mcp.McpEndpoint;
import dev.culvert.daemon.client.mcp.StdioBridge;
import dev.culvert.daemon.client.mcp.WorkspaceServer;
import dev.culvert.daemon.client.workbench.Memory;
import dev.culvert.daemon.client.workbench.Place;
import dev.culvert.daemon.client.workbench.Workbench;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert mcp …}; without a verb of its own it speaks MCP. */
@Command(
        name = "mcp",
        description =
                "Speaks the Model Context Protocol on stdin and stdout, for a program that starts it:"
                        + " the daemon's operations and agents as tools.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Programs that speak the protocol over HTTP need no command: they use the address of"
                    + " the daemon",
            "followed by /mcp.",
            "",
            "In a workspace (culvert init), or in a folder below it, there are tools for the",
            "infrastructure, too: status, find, read, plan, apply, run_flow, check, diagnose and",
            "report. What is above the mode of the workspace is neither offered nor run: culvert mcp",
            "mode.",
            "",
            "Examples:",
            "  culvert mcp install --client claude",
            "  culvert --context lab mcp install --client codex"
        })
final class McpCommand implements Verb {
    private final Session session;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    private McpCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new McpCommand(session))
                .addSubcommand(new McpInstallCommand(session))
                .addSubcommand(new McpModeCommand(session))
                .addSubcommand(new McpValidateCommand(session));
    }

    @Override
    public int run() throws IOException {
        McpEndpoint endpoint = new McpEndpoint(session.api());
        endpoint.ask("server/discover"); // else each request would fail, and nobody would know why
        Surroundings around = session.around();
        new StdioBridge(
                        flags.findAny(session)
                                .<Answering>map(
                                        it -> inWorkspace(endpoint, McpModeCommand.place(it)))
                                .orElse(endpoint),
                        around.in(),
                        around.out(),
                        around.err())
                .run();
        return ExitCode.OK;
    }

    private Answering inWorkspace(McpEndpoint endpoint, Place place) {
        Workbench bench =
                new Workbench(
                        new ToolVerbs(session.around(), ConsoleStart.common(session)),
                        Optional.of(place),
                        new Memory(place)::mode);
        return new WorkspaceServer(endpoint, bench, place);
    }
}
