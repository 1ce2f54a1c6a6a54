package dev.culvert.daemon.home;

import dev.culvert.link.Failure;

/** What became of a configuration that was to be brought to an agent. */
public sealed interface PushResult {
    /** The agent has confirmed the newest one. */
    record Applied(long revision) implements PushResult {}

    /** The agent is away: it gets it before it counts as ready again. */
    record Pending(long revision) implements PushResult {}

    /** The agent is there and did not take it. */
    record Refused(long revision, Failure failure) implements PushResult {}
}
