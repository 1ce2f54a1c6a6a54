package dev.culvert.daemon.home;

import dev.culvert.link.Failure;
import java.util.List;

/** What became of a quiesce, or of its end. */
public sealed interface QuiesceResult {
    /**
     * The agent has confirmed it.
     *
     * @param turns how many are parked, or go on
     * @param calls of the agent's tools that run all the same
     */
    record Done(long turns, List<Call> calls) implements QuiesceResult {
        public Done {
            calls = List.copyOf(calls);
        }
    }

    /**
     * A call of one of the agent's tools.
     *
     * @param id of the call in its turn
     */
    record Call(String turn, String id, String tool) {}

    /** The agent did not confirm it, or is not there. */
    record Failed(Failure failure) implements QuiesceResult {}

    /** The agent cannot be quiesced. */
    record NotOffered() implements QuiesceResult {}
}
