package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.mcp.McpEndpoint;
import dev.culvert.daemon.client.mcp.StdioBridge;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

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
            "Examples:",
            "  culvert mcp install --client claude",
            "  culvert --context lab mcp install --client codex"
        })
final class McpCommand implements Verb {
    private final Session session;

    private McpCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new McpCommand(session))
                .addSubcommand(new McpInstallCommand(session))
                .addSubcommand(new McpValidateCommand(session));
    }

    @Override
    public int run() throws IOException {
        McpEndpoint endpoint = new McpEndpoint(session.api());
        endpoint.ask("server/discover"); // else each request would fail, and nobody would know why
        Surroundings around = session.around();
        new StdioBridge(endpoint, around.in(), around.out(), around.err()).run();
        return ExitCode.OK;
    }
}
