package dev.culvert.audit;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One decision about a call of a tool.
 *
 * @param who asked for the turn, or approved the call
 * @param turn in which the tool was called
 * @param tool its name
 * @param rule that decided, as its policy names it; null where none matched
 * @param policy the version of the policy
 * @param arguments the digest of the arguments, never they themselves: these may contain secrets
 * @param outcome such as {@code allow}, {@code deny} or {@code expired}
 * @param waited until the decision was made
 */
public record AuditEntry(
        Instant at,
        String who,
        String turn,
        String tool,
        @Nullable String rule,
        String policy,
        String arguments,
        String outcome,
        Duration waited) {}
