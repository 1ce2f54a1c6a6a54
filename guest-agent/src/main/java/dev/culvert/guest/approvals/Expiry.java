package dev.culvert.guest.approvals;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Looks at the clock until the time of a call is over. Confined to the loop. */
final class Expiry {
    /** The clock of a machine may jump: the time is looked at again after that. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    private final Approvals all;
    private final Instant end;
    private final Runnable onOver;
    private @Nullable Future<?> timer;

    Expiry(Approvals all, Instant end, Runnable onOver) {
        this.all = all;
        this.end = end;
        this.onOver = onOver;
    }

    /** Looks whether the time is over, and when to look again. */
    void look() {
        stop();
        Duration left = Duration.between(all.clock().instant(), end);
        if (left.isPositive()) {
            timer = all.after(left.compareTo(LOOK) < 0 ? left : LOOK, this::look);
        } else if (all.isHeld()) {
            timer = all.after(LOOK, this::look);
        } else {
            onOver.run();
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
