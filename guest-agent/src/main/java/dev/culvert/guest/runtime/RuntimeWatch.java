package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to the runtime now and then and closes the connection again, to know whether the runtime
 * is there. Asks it nothing, because a runtime that works on a long answer may answer nothing else.
 */
public final class RuntimeWatch {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeWatch.class);

    /** How long the runtime may take to accept a connection. */
    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final EventLoop loop;
    private final LlmRuntime runtime;
    private final Runnable changed;
    private final ScheduledFuture<?> attempts;
    private volatile String trouble = "";

    private RuntimeWatch(EventLoop loop, LlmRuntime runtime, Duration interval, Runnable changed) {
        this.loop = loop;
        this.runtime = runtime;
        this.changed = changed;
        attempts =
                loop.scheduleWithFixedDelay(
                        this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Looks after each interval. Not at once, because a runtime may start together with the agent.
     *
     * @param changed is told on {@code loop} when {@link #trouble} has changed from nothing to
     *     something or back
     */
    public static RuntimeWatch begin(
            EventLoop loop, LlmRuntime runtime, Duration interval, Runnable changed) {
        return new RuntimeWatch(loop, runtime, interval, changed);
    }

    public void end() {
        attempts.cancel(false);
    }

    /** Why the runtime cannot be reached, without secrets; empty if it can. On any thread. */
    public String trouble() {
        return trouble;
    }

    private void look() {
        runtime.reach(loop, WITHIN, this::onLooked);
    }

    private void onLooked(@Nullable String why) {
        String before = trouble;
        trouble = why == null ? "" : why;
        if (before.isEmpty() == trouble.isEmpty()) {
            return;
        }
        if (trouble.isEmpty()) {
            LOG.info("the runtime can be reached again");
        } else {
            LOG.warn("the runtime cannot be reached: {} (--runtime)", trouble);
        }
        changed.run();
    }
}
