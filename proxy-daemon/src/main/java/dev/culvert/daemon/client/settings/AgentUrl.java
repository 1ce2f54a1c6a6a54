package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Server;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code agentUrl} says: a daemon, and an agent of it.
 *
 * @param daemon its address, without the agent
 */
record AgentUrl(String daemon, Server server, Optional<String> agent) {
    private static final Pattern WITH_AGENT =
            Pattern.compile("(.+?)(?:/api/v1)?/agents/([A-Za-z0-9._-]+)/?");

    /**
     * @param saidBy for the message
     */
    static AgentUrl parse(String text, String saidBy) throws UsageException {
        Matcher parts = WITH_AGENT.matcher(text);
        boolean named = parts.matches();
        String daemon = named ? parts.group(1) : text;
        try {
            return new AgentUrl(
                    daemon,
                    Server.parse(daemon),
                    named ? Optional.of(parts.group(2)) : Optional.empty());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " (agentUrl of " + saidBy + ")");
        }
    }
}
