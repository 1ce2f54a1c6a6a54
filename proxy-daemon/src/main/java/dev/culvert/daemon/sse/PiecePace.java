package dev.culvert.daemon.sse;

import dev.culvert.io.LazyTimer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Writes to a client at its pace: the next piece once the last one was sent. It also notices when
 * the client reads nothing for too long. Confined to its event loop.
 */
public final class PiecePace {
    private final Duration stallTimeout;
    private final LongSupplier unsentBytes;
    private final Consumer<Runnable> whenSent;
    private final Runnable onStalled;
    private final LazyTimer stall;
    private boolean awaitsClient;
    private long unsentBefore;

    /**
     * @param unsentBytes how many bytes wait for the client
     * @param whenSent runs the given action once all of them were sent
     * @param onStalled runs when the client has read nothing for {@code stallTimeout}
     */
    public PiecePace(
            EventLoop loop,
            Duration stallTimeout,
            LongSupplier unsentBytes,
            Consumer<Runnable> whenSent,
            Runnable onStalled) {
        this.stallTimeout = stallTimeout;
        this.unsentBytes = unsentBytes;
        this.whenSent = whenSent;
        this.onStalled = onStalled;
        stall = new LazyTimer(loop, this::check);
    }

    /** Runs {@code next} once all that was written is sent. */
    public void await(Runnable next) {
        awaitsClient = true;
        unsentBefore = unsentBytes.getAsLong();
        stall.expireAfter(stallTimeout);
        whenSent.accept(() -> {
            awaitsClient = false;
            stall.disarm();
            next.run();
        });
    }

    public boolean awaitsClient() {
        return awaitsClient;
    }

    private void check() {
        long unsent = unsentBytes.getAsLong();
        if (unsent < unsentBefore) {
            unsentBefore = unsent;
            stall.expireAfter(stallTimeout);
        } else {
            onStalled.run();
        }
    }

    /** Stops watching: the client has gone, or gets nothing more. */
    public void cancel() {
        stall.cancel();
    }
}
