package dev.culvert.daemon.continuations;

import dev.culvert.io.HeldKind;
import dev.culvert.io.Holder;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The bytes that one turn holds, charged to its agent. Guarded by the lock of its turn. */
final class Charge {
    private @Nullable Holding holding;
    private @Nullable EventLoop loop;

    /** What was set last. The loop may learn it when it is set once more already. */
    private volatile long bytes;

    /** The first reader decides where it is counted. */
    void open(Share share, EventLoop readersLoop, Holder holder) {
        if (holding == null) {
            holding = share.open(HeldKind.CONTINUATIONS, readersLoop, holder);
            loop = readersLoop;
        }
    }

    void set(long now) {
        bytes = now;
        Holding mine = holding;
        EventLoop there = loop;
        if (mine == null || there == null) {
            return;
        } else if (there.inEventLoop()) {
            mine.set(now);
            return;
        }
        try {
            there.execute(() -> mine.set(bytes));
        } catch (RejectedExecutionException _) {
            // the daemon has stopped
        }
    }
}
