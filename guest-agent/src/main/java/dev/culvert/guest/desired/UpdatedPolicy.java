package dev.culvert.guest.desired;

import dev.culvert.guest.desired.JsonObject.Value;
import dev.culvert.io.Quoted;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code config_update} says about tools: the policies of those above the agent, each with
 * its level, and its own. The strictest decides.
 */
final class UpdatedPolicy {
    private static final List<Level> ABOVE = List.of(Level.HOST, Level.TENANT, Level.AGENT);

    /** More than there are levels: a host has no reason to send so many. */
    private static final int MOST = 16;

    private UpdatedPolicy() {}

    /** A policy that is not well written, or whose tests fail, refuses the whole update. */
    static Policy read(JsonObject update) throws InvalidPayloadException {
        List<PolicyFile> files = new ArrayList<>(above(update.get("policies")));
        Value tools = update.get("tools");
        if (tools != null && !tools.isNull()) {
            Value own = JsonObject.read("'tools'", tools).get("policy");
            if (own != null && !own.isNull()) {
                files.add(file(Level.AGENT, "tools.policy", own));
            }
        }
        return Policy.of(files);
    }

    private static List<PolicyFile> above(@Nullable Value policies) throws InvalidPayloadException {
        List<PolicyFile> files = new ArrayList<>();
        if (policies == null || policies.isNull()) {
            return files;
        }
        List<Value> all = JsonObject.elements("'policies'", policies);
        if (all.size() > MOST) {
            throw new InvalidPayloadException("'policies' has more than " + MOST + " elements");
        }
        for (Value each : all) {
            JsonObject one = JsonObject.read("an element of 'policies'", each);
            Level level = level(one.get("level"));
            Value policy = one.get("policy");
            if (policy == null) {
                throw new InvalidPayloadException("an element of 'policies' has no 'policy'");
            }
            files.add(file(level, "policy of the " + level.word(), policy));
        }
        return files;
    }

    private static Level level(@Nullable Value word) throws InvalidPayloadException {
        String text = word != null && word.isString() ? word.string() : "";
        return ABOVE.stream()
                .filter(level -> level.word().equals(text))
                .findAny()
                .orElseThrow(() ->
                        new InvalidPayloadException(
                                "'level' in 'policies' is '"
                                        + Quoted.word(text)
                                        + "': it is host, tenant or agent"));
    }

    private static PolicyFile file(Level level, String name, Value policy)
            throws InvalidPayloadException {
        try {
            return PolicyFile.read(level, name, policy.text());
        } catch (BadPolicyException e) {
            throw new InvalidPayloadException(
                    "the policy is not applied: " + String.join("; ", e.mistakes()));
        }
    }
}
