package dev.culvert.guest.identity;

import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Register;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the guest says of itself when it registers.
 *
 * @param token that somebody made for it; null if it has none
 * @param name the id that it would like
 * @param instance random for each process
 * @param facts about its machine, for people
 */
public record Introduction(
        @Nullable String token,
        String name,
        String instance,
        String agentVersion,
        List<String> features,
        Map<String, String> facts) {

    Register register(String shown, AgentKey key) {
        return new Register(shown, key, name, instance, agentVersion, features, facts);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "agent " + name + ", instance " + instance;
    }
}
