package dev.culvert.guest;

import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Parking.End;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * While the guest is quiesced, looks each second whether its virtual machine was paused or restored
 * meanwhile, and lets the turns go on then. Confined to the event loop.
 */
/* No sign alone is enough. Not every machine has an id of its generation that a program can read; where the clock of a
 * machine stands still with it, a pause leaves no gap; and a machine without a time service never learns what time it
 * is. Where none of them shows, the host ends the quiesce when the guest is linked again. */
final class RestoreWatch implements Parking.Listener {
    static final Duration LOOK = Duration.ofSeconds(1);

    /** Longer than a busy machine keeps a task waiting. */
    static final Duration JUMP = Duration.ofSeconds(3);

    /**
     * @param nanos by the clock of the event loop
     * @param millis by the time of day
     * @param generation of the virtual machine; empty if it cannot be read
     */
    private record Moment(long nanos, long millis, String generation) {
        /** What shows that there was more between the two than a second; null if nothing. */
        @Nullable String signSince(Moment before) {
            if (!generation.isEmpty()
                    && !before.generation.isEmpty()
                    && !generation.equals(before.generation)) {
                return "the generation id of the VM has changed, so it was restored or copied";
            }
            long passed = TimeUnit.NANOSECONDS.toMillis(nanos - before.nanos);
            if (passed >= LOOK.plus(JUMP).toMillis()) {
                return "the VM, or this process, stood still for " + passed / 1000 + " s";
            }
            long jumped = millis - before.millis - passed;
            return Math.abs(jumped) >= JUMP.toMillis()
                    ? "the time of day jumped by " + jumped / 1000 + " s"
                    : null;
        }
    }

    private final EventLoop loop;
    private final Parking parking;
    private final Supplier<String> generation;
    private final LongSupplier timeOfDay;
    private @Nullable ScheduledFuture<?> next;

    /**
     * @param generation reads the id of the virtual machine's generation; empty if it cannot
     * @param timeOfDay in milliseconds
     */
    RestoreWatch(
            EventLoop loop, Parking parking, Supplier<String> generation, LongSupplier timeOfDay) {
        this.loop = loop;
        this.parking = parking;
        this.generation = generation;
        this.timeOfDay = timeOfDay;
    }

    @Override
    public void onParked() {
        lookAfter(now());
    }

    @Override
    public void onGoingOn(End why) {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    private void lookAfter(Moment last) {
        next = loop.schedule(() -> look(last), LOOK.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look(Moment before) {
        Moment now = now();
        String sign = now.signSince(before);
        if (sign != null) {
            parking.end(End.RESTORED, sign);
        } else {
            lookAfter(now);
        }
    }

    private Moment now() {
        return new Moment(loop.ticker().nanoTime(), timeOfDay.getAsLong(), generation.get());
    }
}
