package dev.culvert.io;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs something on an event loop after the loop has served its other sockets. A task that is
 * merely executed would run before them.
 */
/* In each round the loop serves its sockets, and then runs the scheduled tasks that are due, once. */
public final class NextRound {
    private NextRound() {}

    /** Called on {@code loop}. */
    public static ScheduledFuture<?> run(EventExecutor loop, Runnable task) {
        return loop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }
}
