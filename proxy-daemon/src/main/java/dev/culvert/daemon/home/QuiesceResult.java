package dev.culvert.daemon.home;

import dev.culvert.link.Failure;

/** What became of a quiesce, or of its end. */
public sealed interface QuiesceResult {
    /**
     * The agent has confirmed it.
     *
     * @param turns how many are parked, or go on
     */
    record Done(long turns) implements QuiesceResult {}

    /** The agent did not confirm it, or is not there. */
    record Failed(Failure failure) implements QuiesceResult {}

    /** The agent cannot be quiesced. */
    record NotOffered() implements QuiesceResult {}
}
