package dev.culvert.mcp;

import java.time.Duration;

/**
 * What is taken from one server.
 *
 * @param messageBytes of one message
 * @param waitingBytes of messages that came and were not looked at yet
 * @param tools how many
 * @param pages of its list of tools
 * @param toolBytes of the schema of one tool
 * @param listBytes of all descriptions and schemas
 * @param descriptionChars of one description; the rest is cut
 * @param probe how long it may take to say which revisions it speaks
 * @param patience how long it may take for everything else but a call of a tool
 * @param look how often a server of HTTP is asked for its tools again
 * @param least the first wait until it is started or reached again
 * @param most the longest wait
 */
public record McpLimits(
        int messageBytes,
        int waitingBytes,
        int tools,
        int pages,
        int toolBytes,
        int listBytes,
        int descriptionChars,
        Duration probe,
        Duration patience,
        Duration look,
        Duration least,
        Duration most) {
    public static final McpLimits DEFAULTS =
            new McpLimits(
                    1 << 20,
                    4 << 20,
                    128,
                    32,
                    64 << 10,
                    256 << 10,
                    4_096,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60));
}
