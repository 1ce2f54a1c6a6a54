package dev.culvert.mcp;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * An MCP server whose tools an agent has, as it is configured.
 *
 * @param name by which its tools begin
 */
public record McpServer(String name, Place place) {
    /** Where it is. */
    public sealed interface Place {}

    /**
     * A program that the agent starts, and speaks to over its stdin and stdout.
     *
     * @param argv the program and its arguments
     * @param environment besides what a command gets
     * @param network whether it has the network where programs are confined
     */
    public record Program(List<String> argv, Map<String, String> environment, boolean network)
            implements Place {
        public Program {
            argv = List.copyOf(argv);
            environment = Map.copyOf(environment);
        }
    }

    /** A server of HTTP on this machine. */
    public record Address(URI url) implements Place {}
}
