package dev.culvert.daemon.approvals;

import java.time.Instant;

/** How far an approval has come. One that is denied, used, expired or withdrawn stays so. */
public sealed interface Standing {
    /** Nobody has decided. */
    record Pending() implements Standing {}

    /** Somebody has decided; what was allowed has not run. */
    record Decided(Decision decision) implements Standing {}

    /**
     * The call that was allowed has run, or is running.
     *
     * @param claim by which the guest may ask again whether it is the one that may run it
     */
    record Used(Decision decision, String claim, Instant at) implements Standing {}

    /** Nobody has decided in time, which counts as a denial. */
    record Expired(Instant at) implements Standing {}

    /**
     * The guest does not want to run it any more.
     *
     * @param why for people
     */
    record Withdrawn(String why, Instant at) implements Standing {}
}
