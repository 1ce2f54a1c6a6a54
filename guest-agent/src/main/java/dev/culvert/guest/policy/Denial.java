package dev.culvert.guest.policy;

import org.jspecify.annotations.Nullable;

/**
 * Why no call of a tool may be made, whatever its arguments.
 *
 * @param why in a sentence, without its full stop
 * @param rule that denies it, as its policy names it; null where none does
 * @param policy the version of the policy in force; empty if there is none
 */
public record Denial(String why, @Nullable String rule, String policy) {}
