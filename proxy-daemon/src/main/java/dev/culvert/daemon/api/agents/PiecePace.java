package dev.culvert.daemon.api.agents;

import dev.culvert.io.LazyTimer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lets a client take what was written before more is, and tells when it takes nothing for too long.
 * Confined to its event loop.
 */
final class PiecePace {
    private final Duration stallTimeout;
    private final LongSupplier unsentBytes;
    private final Consumer<Runnable> whenSent;
    private final Runnable onStalled;
    private final LazyTimer stall;
    private boolean awaitsClient;
    private long unsentBefore;

    /**
     * @param unsentBytes how much waits for the client
     * @param whenSent runs what it is given once all of that has left
     * @param onStalled the client took nothing for {@code stallTimeout}
     */
    PiecePace(
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

    /** Runs {@code next} once the client has taken all that was written. */
    void await(Runnable next) {
        awaitsClient = true;
        unsentBefore = unsentBytes.getAsLong();
        stall.expireAfter(stallTimeout);
        whenSent.accept(() -> {
            awaitsClient = false;
            stall.disarm();
            next.run();
        });
    }

    boolean awaitsClient() {
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

    /** The client is gone, or gets no more. */
    void cancel() {
        stall.cancel();
    }
}
