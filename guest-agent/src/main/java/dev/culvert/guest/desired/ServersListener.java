package dev.culvert.guest.desired;

import dev.culvert.mcp.McpServer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is told which MCP servers the host wants the agent to use. */
public interface ServersListener {
    /** Of an agent that has no tools. */
    ServersListener NO_TOOLS =
            new ServersListener() {
                @Override
                public @Nullable String refusal(List<McpServer> servers) {
                    return servers.isEmpty()
                            ? null
                            : "'tools.mcp' is not allowed: this agent has no tools; start it with --tools-dir, the directory in which they work";
                }

                @Override
                public void serve(List<McpServer> servers) {}
            };

    /** Why the agent cannot use them, in a sentence; null if it can. */
    @Nullable String refusal(List<McpServer> servers);

    /** From now on, it uses these and no others. */
    void serve(List<McpServer> servers);
}
