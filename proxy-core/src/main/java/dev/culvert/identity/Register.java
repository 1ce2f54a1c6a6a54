package dev.culvert.identity;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import java.util.List;
import java.util.Map;

/**
 * A guest that has no identity asks for one.
 *
 * @param token that somebody made for it
 * @param key that it has made
 * @param name that it would like to have; empty if it leaves that to the token
 * @param instance random for each guest process
 * @param facts about its machine, for people
 */
public record Register(
        String token,
        AgentKey key,
        String name,
        String instance,
        String agentVersion,
        List<String> features,
        Map<String, String> facts) {

    /** Borrows {@code frame}. */
    public static Register read(Frame frame) throws BadHandshakeException {
        Members members = Members.of(frame);
        AgentKey key = members.key("public_key");
        if (key == null) {
            throw members.bad("needs 'public_key', 32 bytes in base64url without padding");
        }
        return new Register(
                members.text("token", Words.WORD, Words.WORD_TAKES),
                key,
                members.optional("name", Words.NAME, Words.NAME_TAKES),
                members.text("instance", Words.WORD, Words.WORD_TAKES),
                members.words("agent_version"),
                members.list("features"),
                members.map("facts"));
    }

    /** That of the guest, where it can be the id of an agent; else empty. */
    public String hostname() {
        String hostname = facts.getOrDefault("hostname", "");
        return Words.NAME.matcher(hostname).matches() ? hostname : "";
    }

    /** Belongs to the caller. */
    public Frame frame() {
        return Words.frame(
                FrameType.REGISTER,
                json -> {
                    json.writeStringField("token", token);
                    json.writeStringField("public_key", key.text());
                    Words.writeUnlessEmpty(json, "name", name);
                    json.writeStringField("instance", instance);
                    Words.writeUnlessEmpty(json, "agent_version", agentVersion);
                    json.writeArrayFieldStart("features");
                    for (String feature : features) {
                        json.writeString(feature);
                    }
                    json.writeEndArray();
                    json.writeObjectFieldStart("facts");
                    for (Map.Entry<String, String> fact : facts.entrySet()) {
                        json.writeStringField(fact.getKey(), fact.getValue());
                    }
                    json.writeEndObject();
                });
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "register " + name + " with key " + key.shown();
    }
}
