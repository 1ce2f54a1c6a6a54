package dev.culvert.tools;

import dev.culvert.policy.Action;
import dev.culvert.policy.Limits;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What was decided about one call, and what bounds it.
 *
 * @param limits of the rule that decided
 * @param allows whether something more may be done for the same call: a file that a search finds
 * @param mostOutputBytes of the result
 * @param isCancelled whether nobody waits for the result any more
 */
public record Grant(
        Limits limits,
        Predicate<Action> allows,
        int mostOutputBytes,
        BooleanSupplier isCancelled) {}
