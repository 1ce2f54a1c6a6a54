package dev.culvert.daemon.steps;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.config.McpSettings;
import dev.culvert.daemon.config.ShellSettings;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.mcp.Loopback;
import dev.culvert.mcp.McpClients;
import dev.culvert.mcp.McpLimits;
import dev.culvert.mcp.McpServer;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.ServerProgram;
import dev.culvert.tools.Servers;
import dev.culvert.tools.ToolException;
import dev.culvert.tools.WorkTree;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The MCP servers of {@code flows.mcp}. They are started and reached when a flow first names one,
 * and from then on for as long as the settings have them. Safe for all threads.
 */
public final class HostTools implements AutoCloseable {
    private final Supplier<FlowSettings> settings;
    private final Optional<Path> stateDir;
    private final McpClients clients;
    private McpSettings served = McpSettings.DEFAULTS;
    private boolean closed;

    /**
     * @param stateDir where programs run without another directory
     * @param loops reach servers of HTTP
     */
    public HostTools(Supplier<FlowSettings> settings, Optional<Path> stateDir, EventLoops loops) {
        this.settings = settings;
        this.stateDir = stateDir;
        Loopback loopback = new Loopback(loops.next(), loops.transport()::newTcpChannel);
        clients =
                new McpClients(
                        new McpClients.Reach() {
                            @Override
                            public ServerProgram start(McpServer.Program program)
                                    throws ToolException {
                                return HostTools.this.start(program);
                            }

                            @Override
                            public Loopback loopback() {
                                return loopback;
                            }
                        },
                        McpLimits.DEFAULTS);
    }

    private ServerProgram start(McpServer.Program program) throws ToolException {
        ShellSettings shell = settings.get().shell();
        Servers servers =
                switch (shell.commands()) {
                    case CONFINED -> Servers.CONFINED;
                    case UNCONFINED -> Servers.UNCONFINED;
                };
        try (WorkTree files = open(shell, stateDir)) {
            return ServerProgram.start(
                    new ServerProgram.Launch(
                            program.argv(), program.environment(), program.network()),
                    files,
                    servers,
                    System.getenv());
        }
    }

    /**
     * Where programs of steps run. The caller closes it. Blocks.
     *
     * @throws ToolException a sentence, if there is no such folder
     */
    static WorkTree open(ShellSettings shell, Optional<Path> stateDir) throws ToolException {
        Path own = stateDir.map(it -> it.resolve("work")).orElse(null);
        Path directory = shell.directory().orElse(own);
        if (directory == null) {
            throw new ToolException(
                    "programs have no folder to run in: set flows.shell.directory, or state_dir");
        }
        try {
            if (shell.directory().isEmpty()) {
                OwnerOnly.createDirectories(directory);
            }
            return WorkTree.open(directory);
        } catch (IOException e) {
            throw new ToolException(
                    "programs cannot run in their folder (flows.shell.directory): "
                            + FileTrouble.of(e),
                    e);
        }
    }

    /** Uses the servers of the settings in force. */
    private synchronized void follow() {
        McpSettings now = settings.get().mcp();
        if (!closed && !now.servers().equals(served.servers())) {
            served = now;
            clients.serve(now.servers());
        }
    }

    /** Why there is no such tool, in one clause; empty if there is one, or may be. */
    Optional<String> refuses(String server, String tool) {
        List<String> servers =
                settings.get().mcp().servers().stream().map(McpServer::name).toList();
        if (!servers.contains(server)) {
            return Optional.of(
                    "there is no MCP server '%s': flows.mcp of the daemon's settings has %s%s"
                            .formatted(
                                    Quoted.word(server),
                                    servers.isEmpty() ? "none" : String.join(", ", servers),
                                    Spelling.question(server, servers)));
        }
        follow();
        List<String> tools = clients.names(server);
        return tools.isEmpty() || tools.contains(tool) || tool.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "the MCP server '%s' has no tool '%s': it has %s%s"
                                .formatted(
                                        server,
                                        Quoted.word(tool),
                                        Quoted.sentence(String.join(", ", tools)),
                                        Spelling.question(tool, tools)));
    }

    /** The tool; null while the server cannot be reached. */
    @Nullable BuiltinTool find(String server, String tool) {
        follow();
        return clients.find(server, tool);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        clients.close();
    }
}
