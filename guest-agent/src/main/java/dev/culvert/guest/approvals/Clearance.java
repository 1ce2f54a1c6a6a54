package dev.culvert.guest.approvals;

import java.time.Duration;

/**
 * Whether a call that was allowed may go on now. While its tool is not there, looks again every
 * second. Confined to the event loop.
 */
final class Clearance {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Approvals all;
    private final PendingCall.Owner owner;
    private final Runnable again;
    private boolean looksAgain;

    /** What it says. */
    sealed interface Passage {
        record Open() implements Passage {}

        /** Not now: a snapshot is about to be taken, or the tool is not there. */
        record Shut() implements Passage {}

        /** Never, whoever has allowed it. */
        record Barred(String why) implements Passage {}
    }

    /**
     * @param again runs when it may be open after it was shut for the tool
     */
    Clearance(Approvals all, PendingCall.Owner owner, Runnable again) {
        this.all = all;
        this.owner = owner;
        this.again = again;
    }

    Passage look() {
        if (all.isHeld()) {
            return new Passage.Shut();
        }
        String obstacle = owner.obstacle();
        if (obstacle != null) {
            return new Passage.Barred(obstacle);
        }
        if (owner.isReady()) {
            return new Passage.Open();
        }
        lookAgain();
        return new Passage.Shut();
    }

    private void lookAgain() {
        if (!looksAgain) {
            looksAgain = true;
            all.after(
                    LOOK,
                    () -> {
                        looksAgain = false;
                        if (!all.isHeld()) {
                            again.run();
                        }
                    });
        }
    }
}
