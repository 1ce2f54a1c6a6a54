package dev.culvert.io;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs something on an event loop after it has looked at its sockets once more. A task that is just
 * executed would come before that.
 */
/* The loop takes the scheduled tasks that are due once in each round, after its sockets; a task that
 * one of them schedules is due in the next round. */
public final class NextRound {
    private NextRound() {}

    /** Called on {@code loop}. */
    public static ScheduledFuture<?> run(EventExecutor loop, Runnable task) {
        return loop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }
}
