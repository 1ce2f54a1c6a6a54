package dev.culvert.daemon.front.responses;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the store on behalf of one client, but not for ever: its disk may hang. Confined to the
 * client's event loop, except that {@link #accept} may be called on any thread.
 */
final class StoreWait implements Consumer<@Nullable IOException> {
    /** The disk has not answered in time. What is to be stored still waits for it. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLongException(Duration patience) {
            super(
                    "the disk of state_dir has not answered for %.1f s: look at it and at culvert_workers_busy"
                            .formatted(patience.toMillis() / 1000.0));
        }
    }

    private final EventLoop loop;
    private final Consumer<@Nullable IOException> told;
    private final ScheduledFuture<?> timer;
    private boolean over;

    /**
     * @param told once, on the event loop: null, or why the store does not have it
     */
    StoreWait(EventLoop loop, Duration patience, Consumer<@Nullable IOException> told) {
        this.loop = loop;
        this.told = told;
        timer =
                loop.schedule(
                        () -> end(new TooLongException(patience)),
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** The store has it, or has failed. */
    @Override
    public void accept(@Nullable IOException failure) {
        BackgroundTurn.hand(loop, () -> end(failure));
    }

    private void end(@Nullable IOException failure) {
        if (!over) {
            over = true;
            timer.cancel(false);
            told.accept(failure);
        }
    }
}
