package dev.culvert.daemon.front.openai;

import static io.netty.buffer.ByteBufUtil.writeAscii;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.ByteBuf;

/**
 * Agents as models. Each has the name of its id; with its tenant before that, {@code acme/web-1},
 * it is the same one.
 */
/* Names consist of letters, digits, dots, underscores and hyphens: JSON needs no escapes in them. */
public final class Models {
    private static final char SLASH = '/';

    private Models() {}

    /**
     * The agent that a client names.
     *
     * @throws ProblemException 404 when the caller sees none of that name
     */
    public static Agent find(Visible fleet, String name) {
        Agent agent = AgentAccess.named(fleet, name);
        if (agent == null) {
            throw OpenAiProblems.unknownModel(name);
        }
        return agent;
    }

    /** As the list names it: with its tenant, for callers who see several. */
    static String name(Agent agent, Visible fleet) {
        String tenant = agent.tenant();
        return fleet.caller().tenant() != null || tenant.equals(AgentSettings.DEFAULT_TENANT)
                ? agent.id()
                : tenant + SLASH + agent.id();
    }

    /**
     * Writes the agent as a model's object.
     *
     * @param name as the client knows it
     * @param createdSeconds since 1970; the daemon does not know when an agent was made
     */
    static void write(ByteBuf out, String name, Agent agent, long createdSeconds) {
        writeAscii(
                out,
                "{\"id\":\""
                        + name
                        + "\",\"object\":\"model\",\"created\":"
                        + createdSeconds
                        + ",\"owned_by\":\""
                        + agent.tenant()
                        + "\"}");
    }
}
