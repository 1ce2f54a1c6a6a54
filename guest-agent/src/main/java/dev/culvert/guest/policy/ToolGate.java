package dev.culvert.guest.policy;

import dev.culvert.guest.policy.BlockedCalls.Call;
import org.jspecify.annotations.Nullable;

/**
 * Which tools one turn may use.
 *
 * @param who asks for the turn, as its host says
 */
public record ToolGate(ToolRules rules, String who) {
    /** For a turn that calls no tools any more. */
    public static final ToolGate OPEN = new ToolGate(ToolRules.NONE, "");

    /** Who asks, as far as is known where the host does not say it. */
    private static final String HOST = "host";

    /**
     * That of a message.
     *
     * @param caller as the message has it; null if it does not
     */
    public static ToolGate of(ToolRules rules, @Nullable String caller) {
        return new ToolGate(rules, caller == null ? HOST : caller);
    }

    /** What is to be written down of a call that may not be made; null if it may. */
    public @Nullable Call refusal(String turn, String tool) {
        Denial denial = rules.denial(tool);
        return denial == null ? null : new Call(who, turn, tool, denial);
    }
}
