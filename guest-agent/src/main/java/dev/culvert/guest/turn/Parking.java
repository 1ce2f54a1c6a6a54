package dev.culvert.guest.turn;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parks the turns while the guest is quiesced (quiescing.md): none begins, those that run read
 * nothing from their runtimes, and none is given up because nobody reads it. So a snapshot of the
 * virtual machine has each turn as it is. Confined to the event loop.
 */
public final class Parking {
    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    /** Why turns go on. */
    public enum End {
        /** The host asked for it. */
        ASKED,

        /** Nobody ended it in time. */
        LIMIT,

        /** The virtual machine, or this process, was paused or restored. */
        RESTORED,

        /** The guest stops, and turns may end before that. */
        STOPPING
    }

    /** Is told what happens. Called on the event loop. */
    public interface Listener {
        /** The turns are parked from now on. */
        default void onParked() {}

        /** They are parked no longer. */
        default void onGoingOn(End why) {}
    }

    private final Turns turns;
    private final List<Listener> listeners = new ArrayList<>();
    private @Nullable ScheduledFuture<?> limit;
    private boolean on;
    private long sinceNanos;

    Parking(Turns turns) {
        this.turns = turns;
    }

    /** Tells {@code listener} from now on. Call it before the first link. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /** Whether the guest is quiesced. */
    public boolean isOn() {
        return on;
    }

    /**
     * Parks all turns, until {@link #end} or for so long. If they are parked already, only the time
     * begins anew. Returns how many there are.
     */
    public int begin(Duration most) {
        if (limit != null) {
            limit.cancel(false);
        }
        limit = turns.schedule(() -> onLimit(most), most);
        if (!on) {
            on = true;
            sinceNanos = now();
            turns.parkingChanged();
            LOG.info(
                    "quiesced for a snapshot: {} parked, and no turn begins for at most {} s",
                    count(),
                    most.toSeconds());
            listeners.forEach(Listener::onParked);
        }
        return turns.running();
    }

    private void onLimit(Duration most) {
        end(End.LIMIT, "nobody ended the quiesce within " + most.toSeconds() + " s");
    }

    /**
     * Lets the turns go on, if they are parked. Returns how many there are.
     *
     * @param because a clause, for people
     */
    public int end(End why, String because) {
        int running = turns.running();
        if (!on) {
            return running;
        }
        on = false;
        if (limit != null) {
            limit.cancel(false);
            limit = null;
        }
        turns.parkingChanged();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now() - sinceNanos);
        String line = "quiesced no longer, after {} s: {}; {} on";
        String goOn = running == 1 ? "1 turn goes" : running + " turns go";
        if (why == End.LIMIT) {
            LOG.warn(line, seconds, because, goOn);
        } else {
            LOG.info(line, seconds, because, goOn);
        }
        listeners.forEach(listener -> listener.onGoingOn(why));
        return running;
    }

    private String count() {
        int running = turns.running();
        return running == 1 ? "1 turn is" : running + " turns are";
    }

    private long now() {
        return turns.loop().ticker().nanoTime();
    }
}
