package dev.culvert.daemon.approvals;

import java.time.Duration;
import java.util.Locale;

/** Counts what happens to approvals. Called on several threads at once. */
public interface ApprovalObserver {
    ApprovalObserver NONE = new ApprovalObserver() {};

    /** How the wait of a call ended. */
    enum Outcome {
        ALLOWED,
        DENIED,
        EXPIRED,
        WITHDRAWN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why a guest was told no. */
    enum Refusal {
        /** The approval was used by another copy of the guest. */
        USED,

        /** The approval was used by the same claim, over another link. */
        UNKNOWN,

        /** Not what was approved, or not approved. */
        CHANGED,

        /** A limit was reached. */
        LIMIT,

        /** It could not be stored. */
        NOT_STORED,

        /** The frame was malformed. */
        MALFORMED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Called once for each approval whose wait is over. */
    default void onWaited(Outcome outcome, Duration waited) {}

    /** An approved call may run now. */
    default void onUsed() {}

    /** An {@code approve} or a {@code claim} was answered with an error. */
    default void onRefused(Refusal why) {}
}
