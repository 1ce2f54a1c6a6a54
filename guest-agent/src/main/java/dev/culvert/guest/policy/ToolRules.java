package dev.culvert.guest.policy;

import dev.culvert.policy.Decision;
import dev.culvert.policy.Policy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tools the agent may use: those on the allowlist that the policy does not deny.
 *
 * @param policy {@link Policy#NONE} if the host has sent none
 * @param approvable the tools whose calls can wait until somebody approves them
 */
public record ToolRules(ToolAllowlist allowlist, Policy policy, Set<String> approvable) {
    public static final ToolRules NONE = new ToolRules(ToolAllowlist.EVERYTHING, Policy.NONE);

    public ToolRules(ToolAllowlist allowlist, Policy policy) {
        this(allowlist, policy, Set.of());
    }

    /** The same where somebody can be asked about calls of these. */
    public ToolRules asking(Set<String> tools) {
        return tools.isEmpty() ? this : new ToolRules(allowlist, policy, tools);
    }

    /** Why a call of the tool is blocked, in a sentence; null if it is not. */
    public @Nullable String refusal(String toolName) {
        Denial denial = denial(toolName);
        return denial == null ? null : denial.why();
    }

    /** The same, with what decided. */
    @Nullable Denial denial(String toolName) {
        if (!allowlist.allows(toolName)) {
            return new Denial(allowlist.reason(toolName), null, version());
        }
        Decision decision = policy.decideByName(toolName);
        return switch (decision.verdict()) {
            case ALLOW -> null;
            case ASK ->
                    approvable.contains(toolName)
                            ? null
                            : denial(
                                    decision,
                                    "it needs an approval, and nobody can give one here: ");
            case DENY -> denial(decision, "the policy does not allow it: ");
        };
    }

    private Denial denial(Decision decision, String why) {
        return new Denial(
                why + decision.why(), decision.by() == null ? null : decision.rule(), version());
    }

    /** The version of the policy in force; empty if there is none. */
    public String version() {
        return policy.files().isEmpty() ? "" : policy.version();
    }
}
