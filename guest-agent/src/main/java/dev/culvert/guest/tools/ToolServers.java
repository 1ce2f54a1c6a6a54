package dev.culvert.guest.tools;

import dev.culvert.guest.config.ToolSettings;
import dev.culvert.guest.desired.ServersListener;
import dev.culvert.mcp.Loopback;
import dev.culvert.mcp.McpClients;
import dev.culvert.mcp.McpLimits;
import dev.culvert.mcp.McpServer;
import dev.culvert.mcp.McpServer.Program;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.ServerProgram;
import dev.culvert.tools.Servers;
import dev.culvert.tools.ToolException;
import dev.culvert.tools.WorkTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The MCP servers that the host's configuration names, and their tools. */
final class ToolServers implements ServersListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ToolServers.class);
    private static final String REFUSAL =
            "'tools.mcp.%s.command' is not allowed: this agent starts no MCP servers; start it with --tool-servers confined or unconfined, or run the server in the VM and give its 'url'";

    private final Servers programs;
    private final McpClients clients;

    /**
     * @param files the directory in which programs run
     * @param environment of this process, of which programs get a part
     */
    ToolServers(
            ToolSettings settings,
            WorkTree files,
            Map<String, String> environment,
            Loopback loopback) {
        programs = settings.servers();
        clients =
                new McpClients(
                        new McpClients.Reach() {
                            @Override
                            public ServerProgram start(Program program) throws ToolException {
                                return ServerProgram.start(
                                        new ServerProgram.Launch(
                                                program.argv(),
                                                program.environment(),
                                                program.network()),
                                        files,
                                        programs,
                                        environment);
                            }

                            @Override
                            public Loopback loopback() {
                                return loopback;
                            }
                        },
                        McpLimits.DEFAULTS);
    }

    @Override
    public @Nullable String refusal(List<McpServer> servers) {
        for (McpServer server : servers) {
            if (!isAllowed(server)) {
                return REFUSAL.formatted(server.name());
            }
        }
        return null;
    }

    private boolean isAllowed(McpServer server) {
        return programs != Servers.OFF || !(server.place() instanceof Program);
    }

    /* What an earlier process was sent may have been allowed by other settings. */
    @Override
    public void serve(List<McpServer> servers) {
        List<McpServer> allowed = new ArrayList<>();
        for (McpServer server : servers) {
            if (isAllowed(server)) {
                allowed.add(server);
            } else {
                LOG.warn(REFUSAL.formatted(server.name()));
            }
        }
        clients.serve(allowed);
    }

    /** Those that there are now. */
    List<BuiltinTool> tools() {
        return clients.tools();
    }

    @Override
    public void close() {
        clients.close();
    }
}
