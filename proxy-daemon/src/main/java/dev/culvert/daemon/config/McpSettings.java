package dev.culvert.daemon.config;

import dev.culvert.mcp.BadServersException;
import dev.culvert.mcp.McpServer;
import dev.culvert.mcp.McpServers;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Node;
import java.util.List;
import java.util.Optional;

/**
 * The key {@code flows.mcp}: MCP servers of this host, whose tools steps of flows may call. The
 * environment of one may have secrets, so that nobody is shown any of it.
 *
 * @param json as it was given
 */
public record McpSettings(List<McpServer> servers, String json) {
    public static final McpSettings DEFAULTS = new McpSettings(List.of(), "{}");

    static final Kind<McpSettings> KIND =
            Kind.of(
                            "an object of MCP servers by name, each with a 'command' or a 'url'",
                            McpSettings::read,
                            McpSettings::json)
                    .secret();

    public McpSettings {
        servers = List.copyOf(servers);
    }

    private static Optional<McpSettings> read(Node node) {
        if (!(node instanceof Node.Members)) {
            return Optional.empty();
        }
        String json = node.json();
        try {
            return Optional.of(new McpSettings(McpServers.read("flows.mcp", json), json));
        } catch (BadServersException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
