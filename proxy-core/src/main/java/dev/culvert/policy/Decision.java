package dev.culvert.policy;

import org.jspecify.annotations.Nullable;

/**
 * What the policy says about an action.
 *
 * @param by the rule that decided; null where no rule says anything
 * @param why in a sentence, without its full stop
 * @param limits what bounds the action, if it is done
 */
public record Decision(Verdict verdict, @Nullable Rule by, String why, Limits limits) {
    /** The name of the rule; empty where none decided. */
    public String rule() {
        return by == null ? "" : by.name();
    }
}
