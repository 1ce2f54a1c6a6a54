package dev.culvert.daemon.api.agents;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.config.ToolPolicy;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.home.Wanted;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import java.io.IOException;
import java.util.List;

/** Writes which policies an agent has, and where they come from. */
final class PolicyJson {
    private PolicyJson() {}

    /**
     * Writes the version that the agent should have and the one that it says it has, and the
     * policies above its own; nothing if there is none.
     */
    static void write(JsonGenerator json, Wanted wanted, Agent agent, boolean contents)
            throws IOException {
        String inForce = agent.presence().said().policy();
        String version = version(wanted);
        if (version.isEmpty() && inForce.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("policy");
        json.writeStringField("wanted", version);
        json.writeStringField("in_force", inForce);
        writeAbove(json, "above", wanted.above(), contents);
        json.writeEndObject();
    }

    /** Writes the policies above an agent's own. */
    static void writeAbove(
            JsonGenerator json, String name, List<ToolPolicy> above, boolean contents)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (ToolPolicy policy : above) {
            json.writeStartObject();
            json.writeStringField("level", policy.level().word());
            json.writeStringField("from", key(policy.level()));
            json.writeStringField("version", policy.rules().version());
            json.writeNumberField("rules", policy.rules().written().size());
            if (contents) {
                json.writeFieldName("policy");
                json.writeRawValue(policy.json());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String version(Wanted wanted) {
        try {
            return wanted.version();
        } catch (BadPolicyException e) {
            return ""; // the agent refuses it
        }
    }

    /** Of the settings. */
    private static String key(Level level) {
        return switch (level) {
            case TENANT -> "tools.tenants";
            case AGENT -> "tools.agents";
            case HOST, BUILT_IN, PROJECT, USER -> "tools.policy";
        };
    }
}
