package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.settings.Node;
import java.util.List;
import java.util.Optional;

/** Something that a step can do, such as {@code wait}. One object serves all steps of its kind. */
public interface StepKind {
    /** The member of a step that chooses it; its value has the parameters. */
    String name();

    /** What it does: one line, an imperative without a full stop. */
    String summary();

    List<Param> params();

    /** The members of its output, as far as they are known; empty if nothing is known of it. */
    List<Param> results();

    /**
     * Why this daemon takes no step with these parameters, in one clause. Asked before anything
     * runs: parameters may still be references.
     */
    default Optional<String> refuses(Node.Members params) {
        return Optional.empty();
    }

    /** Whether another run may use its output. */
    default boolean mayBeCached() {
        return true;
    }

    /**
     * A run goes on after a restart of the daemon, in which a step of this kind was done: makes
     * what the daemon has lost of it.
     *
     * @param key of the step
     * @param caller for whom the flow runs
     */
    default void again(String key, Caller caller, Node output) {}

    /** The run is over: ends what its steps have left open. Must not block. */
    default void ended(String run) {}

    /** The daemon stops: ends what must not go on without it. Blocks for a moment at most. */
    default void stop() {}

    /**
     * Whether running it twice with these parameters does no harm, or the key of the step keeps it
     * from happening twice: a daemon that was killed then runs it again.
     *
     * @param params with the values of their references
     */
    boolean isIdempotent(Node.Members params);

    /**
     * Begins. Called on the run's event loop, and must not block. Calls {@code end} once, now or
     * later, on any thread.
     *
     * @return what ends the work early; run on the event loop at most once, and not after the end.
     *     The end need not be told then
     */
    Runnable run(StepInput input, StepEnd end);
}
