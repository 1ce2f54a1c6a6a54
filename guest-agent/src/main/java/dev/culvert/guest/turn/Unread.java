package dev.culvert.guest.turn;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** For how long a turn goes on that nobody reads. Confined to the event loop. */
final class Unread {
    private final Turns turns;
    private final Runnable giveUp;
    private @Nullable ScheduledFuture<?> timer;

    /** Whoever approves a call wants it done. */
    private Duration grace;

    private boolean waits;

    /**
     * @param giveUp runs when the time is over
     */
    Unread(Turns turns, Runnable giveUp) {
        this.turns = turns;
        this.giveUp = giveUp;
        grace = turns.limits().orphanGrace();
    }

    /** Nobody reads the turn. Neither a snapshot nor an approval counts. */
    void begin() {
        if (turns.parking().isOn() || waits) {
            end();
        } else if (timer == null) {
            timer = turns.schedule(giveUp, grace);
        }
    }

    /** Somebody reads it, or it is over. */
    void end() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** A call waits until somebody approves it, for so long; the turn then has as much time. */
    void waitForApproval(Duration patience) {
        waits = true;
        grace = grace.compareTo(patience) < 0 ? patience : grace;
    }

    /** The call has its result. False if none waited. */
    boolean goOn() {
        boolean before = waits;
        waits = false;
        return before;
    }

    boolean waits() {
        return waits;
    }
}
