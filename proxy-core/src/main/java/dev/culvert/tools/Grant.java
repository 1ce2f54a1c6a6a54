package dev.culvert.tools;

import dev.culvert.policy.Action;
import dev.culvert.policy.Limits;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What was decided about one call, and what bounds it.
 *
 * @param limits of the rule that decided
 * @param allows whether something more may be done for the same call: a file that a search finds
 * @param mostOutputBytes of the result
 * @param caller who waits for the result
 * @param output is told what the call puts out while it runs, on the thread that runs it
 */
public record Grant(
        Limits limits,
        Predicate<Action> allows,
        int mostOutputBytes,
        Caller caller,
        Consumer<String> output) {
    /** A grant for a call whose output nobody follows: its result has all of it. */
    public Grant(Limits limits, Predicate<Action> allows, int mostOutputBytes, Caller caller) {
        this(limits, allows, mostOutputBytes, caller, _ -> {});
    }

    /** Who waits for a call. Safe for all threads. */
    @FunctionalInterface
    public interface Caller {
        /** Whether nobody waits any more. */
        boolean hasLeft();

        /** The call waits for another one, and has not done anything. */
        default void onWait() {}

        /** The call begins. False if nobody waits any more: then it must do nothing. */
        default boolean begin() {
            return !hasLeft();
        }
    }

    /** Whether nobody waits for the result any more. */
    public boolean isCancelled() {
        return caller.hasLeft();
    }
}
