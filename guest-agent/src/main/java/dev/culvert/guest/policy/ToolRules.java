package dev.culvert.guest.policy;

import dev.culvert.policy.Decision;
import dev.culvert.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Which tools the agent may use: those on the allowlist that the policy does not deny.
 *
 * @param policy {@link Policy#NONE} if the host has sent none
 */
public record ToolRules(ToolAllowlist allowlist, Policy policy) {
    public static final ToolRules NONE = new ToolRules(ToolAllowlist.EVERYTHING, Policy.NONE);

    /** Why a call of the tool is blocked, in a sentence; null if it is not. */
    public @Nullable String refusal(String toolName) {
        if (!allowlist.allows(toolName)) {
            return allowlist.reason(toolName);
        }
        Decision decision = policy.decideByName(toolName);
        return switch (decision.verdict()) {
            case ALLOW -> null;
            case ASK -> "it needs an approval, and nobody can give one here: " + decision.why();
            case DENY -> "the policy does not allow it: " + decision.why();
        };
    }

    /** The version of the policy in force; empty if there is none. */
    public String version() {
        return policy.files().isEmpty() ? "" : policy.version();
    }
}
