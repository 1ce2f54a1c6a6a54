package dev.culvert.daemon.home;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.config.ToolPolicy;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is to have: its desired configuration, and the policies of those above it.
 *
 * @param desired null while nobody has set one
 * @param above the highest level first
 */
public record Wanted(@Nullable Desired desired, List<ToolPolicy> above) {
    static final Wanted NOTHING = new Wanted(null, List.of());

    private static final String EMPTY = "{\"config\":{},\"tool_allowlist\":null}";
    private static final JsonFactory JSON = new JsonFactory();

    public Wanted {
        above = List.copyOf(above);
    }

    long revision() {
        return desired == null ? 0 : desired.revision();
    }

    /** Of a {@code config_update} (messages.md). */
    String payload() {
        String own = desired == null ? EMPTY : desired.payload();
        if (above.isEmpty()) {
            return own;
        }
        String policies =
                above.stream()
                        .map(it ->
                                "{\"level\":\""
                                        + it.level().word()
                                        + "\",\"policy\":"
                                        + it.json()
                                        + "}")
                        .collect(joining(",", "{\"policies\":[", "],"));
        return policies + own.substring(own.indexOf('{') + 1);
    }

    /**
     * The version of all policies together, which the agent confirms; empty if there is none.
     *
     * @throws BadPolicyException if the agent's own is none, so that the agent will refuse it
     */
    public String version() throws BadPolicyException {
        List<PolicyFile> files = new ArrayList<>();
        above.forEach(it -> files.add(it.rules()));
        String own = desired == null ? null : ownPolicy(desired.payload());
        if (own != null) {
            files.add(PolicyFile.read(Level.AGENT, "tools.policy", own));
        }
        return files.isEmpty() ? "" : Policy.of(files).version();
    }

    private static @Nullable String ownPolicy(String payload) {
        try (JsonParser json = JSON.createParser(payload)) {
            json.nextToken();
            if (!finds(json, "tools") || json.currentToken() != JsonToken.START_OBJECT) {
                return null;
            }
            if (!finds(json, "policy") || json.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            int start = (int) json.currentTokenLocation().getCharOffset();
            json.skipChildren();
            return payload.substring(start, (int) json.currentLocation().getCharOffset());
        } catch (IOException e) {
            throw new IllegalStateException("a stored configuration is JSON", e);
        }
    }

    /** Goes to the value of a member of the object that the parser is at the start of. */
    private static boolean finds(JsonParser json, String member) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean isIt = json.currentName().equals(member);
            json.nextToken();
            if (isIt) {
                return true;
            }
            json.skipChildren();
        }
        return false;
    }
}
