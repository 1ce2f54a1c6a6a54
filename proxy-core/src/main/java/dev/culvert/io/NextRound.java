package dev.culvert.io;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs something on an event loop after it has looked at its other sockets: what a task asks for so
 * runs after the loop has asked all of them what has come, what a socket's handler asks for after
 * the others of which that is known. A task that is just executed would come before that.
 */
/* In each round the loop serves its sockets, and then takes the scheduled tasks that are due, once. */
public final class NextRound {
    private NextRound() {}

    /** Called on {@code loop}. */
    public static ScheduledFuture<?> run(EventExecutor loop, Runnable task) {
        return loop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }
}
