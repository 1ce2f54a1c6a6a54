package dev.culvert.mcp;

import dev.culvert.mcp.McpServer.Address;
import dev.culvert.mcp.McpServer.Program;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.ServerProgram;
import dev.culvert.tools.ToolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The MCP servers of an agent, and their tools. Servers are started and reached in the background:
 * a tool is there as soon as its server has said so, and is not while its server cannot be reached.
 * Safe for all threads.
 */
public final class McpClients implements AutoCloseable {
    /** All tools of all servers are in each request to a model. */
    private static final int MOST_TOOLS = 256;

    private static final Duration TO_END = Duration.ofSeconds(5);

    /** What a client needs to reach servers. */
    public interface Reach {
        /** Starts a program. */
        ServerProgram start(Program program) throws ToolException;

        /** How addresses are reached; null if none is. */
        @Nullable Loopback loopback();
    }

    private final Reach reach;
    private final McpLimits limits;
    private final Map<String, McpClient> clients = new HashMap<>();
    private volatile List<McpClient> all = List.of();

    /** Reaches no server until {@link #serve}. */
    public McpClients(Reach reach, McpLimits limits) {
        this.reach = reach;
        this.limits = limits;
    }

    /** From now on, these servers are used and no others. Waits for nothing. */
    public synchronized void serve(List<McpServer> servers) {
        List<McpClient> wanted = new ArrayList<>();
        for (McpServer server : servers) {
            McpClient old = clients.remove(server.name());
            if (old != null && old.server().equals(server)) {
                wanted.add(old);
            } else {
                if (old != null) {
                    old.close();
                }
                McpClient fresh = new McpClient(server, () -> dial(server), limits);
                fresh.start();
                wanted.add(fresh);
            }
        }
        clients.values().forEach(McpClient::close);
        clients.clear();
        wanted.forEach(client -> clients.put(client.server().name(), client));
        all = List.copyOf(wanted);
    }

    private Wire dial(McpServer server) throws McpException {
        return switch (server.place()) {
            case Address address -> {
                Loopback loopback = reach.loopback();
                if (loopback == null) {
                    throw new McpException("is an address, and only programs can be used here");
                }
                yield new HttpWire(address.url(), loopback, limits);
            }
            case Program program -> {
                try {
                    yield new StdioWire(server.name(), reach.start(program), limits);
                } catch (ToolException e) {
                    throw new McpException("cannot be started: " + e.getMessage());
                }
            }
        };
    }

    /** The tools that there are now, those of each server in its order. */
    public List<BuiltinTool> tools() {
        List<McpClient> now = all;
        if (now.isEmpty()) {
            return List.of();
        }
        List<BuiltinTool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (McpClient client : now) {
            for (BuiltinTool tool : client.tools()) {
                if (tools.size() < MOST_TOOLS && names.add(tool.name())) {
                    tools.add(tool);
                }
            }
        }
        return tools;
    }

    /** The names of the tools of one server, as it calls them; empty while it is not reached. */
    public List<String> names(String server) {
        return ofServer(server).map(tool -> tool.listed().name()).toList();
    }

    /** A tool of one server, by the name that it has there; null if there is none now. */
    public @Nullable BuiltinTool find(String server, String tool) {
        return ofServer(server)
                .filter(it -> it.listed().name().equals(tool))
                .findFirst()
                .orElse(null);
    }

    private Stream<McpTool> ofServer(String server) {
        return all.stream()
                .filter(client -> client.server().name().equals(server))
                .flatMap(client -> client.tools().stream())
                .map(McpTool.class::cast);
    }

    /** Ends the programs that were started. Waits for that, but not long. */
    @Override
    public void close() {
        List<McpClient> last = all;
        serve(List.of());
        last.forEach(client -> client.awaitEnd(TO_END));
    }
}
