package dev.culvert.guest.approvals;

/** What a call waits for, from when it is made until it is over. */
sealed interface CallStage {
    /** To be kept, so that nobody decides about what a restart would lose. */
    record Keeping() implements CallStage {}

    record Asking() implements CallStage {}

    /** It was allowed, and a snapshot is about to be taken, or its tool is not back. */
    record Held(String by) implements CallStage {}

    /**
     * For its claim to be kept, and then for the host to accept it.
     *
     * @param kept whether the claim is on the disk
     */
    record Claiming(Step.Claiming step, boolean kept) implements CallStage {}

    /** The host has accepted the claim, and the same. */
    record Claimed(String by) implements CallStage {}

    record Over() implements CallStage {}
}
