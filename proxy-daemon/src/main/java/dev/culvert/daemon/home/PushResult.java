package dev.culvert.daemon.home;

import dev.culvert.link.Failure;

/** Whether an agent has its desired configuration. */
public sealed interface PushResult {
    /** It has confirmed the newest revision. */
    record Applied(long revision) implements PushResult {}

    /** It has no link. It gets the configuration before it counts as ready again. */
    record Pending(long revision) implements PushResult {}

    /** It has a link and did not confirm. */
    record Refused(long revision, Failure failure) implements PushResult {}
}
