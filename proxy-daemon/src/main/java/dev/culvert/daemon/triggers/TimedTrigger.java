package dev.culvert.daemon.triggers;

import dev.culvert.daemon.config.Schedule;
import dev.culvert.daemon.config.TriggerSettings;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A flow that starts by the clock. Confined to its event loop. */
final class TimedTrigger implements Trigger {
    private static final Logger LOG = LoggerFactory.getLogger(Triggers.class);

    /** A clock that is set needs a look at it now and then. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

    private static final int MOST_COUNTED = 1_000;

    private final TriggerSettings settings;
    private final Schedule schedule;
    private final Fire fire;
    private final EventLoop loop;
    private final InstantSource clock;
    private Instant next = Instant.MAX;
    private @Nullable Future<?> timer;
    private boolean stopped;

    TimedTrigger(
            TriggerSettings settings,
            Schedule schedule,
            Fire fire,
            EventLoop loop,
            InstantSource clock) {
        this.settings = settings;
        this.schedule = schedule;
        this.fire = fire;
        this.loop = loop;
        this.clock = clock;
    }

    /**
     * Makes up for what was missed while the daemon was away, once, and waits for the next time.
     *
     * @param last when it last started a run; null if nobody knows
     */
    void begin(@Nullable Instant last) {
        Instant now = clock.instant();
        if (last != null) {
            catchUp(last, now);
        }
        next = schedule.after(now);
        sleep();
    }

    private void catchUp(Instant last, Instant now) {
        int missed = 0;
        Instant latest = last;
        Instant due = schedule.after(last);
        while (!due.isAfter(now) && missed < MOST_COUNTED) {
            missed++;
            latest = due;
            due = schedule.after(due);
        }
        if (missed == 0) {
            return;
        }
        LOG.warn(
                "the trigger {} missed {} since {}, because the daemon was away, the latest at {}: it starts the flow {} once now",
                settings.name(),
                missed == 1
                        ? "1 time"
                        : (missed == MOST_COUNTED ? "at least " : "") + missed + " times",
                last,
                latest,
                settings.flow());
        for (int i = 0; i < missed; i++) {
            fire.missed();
        }
        fire.fire(latest.toString(), null, () -> {});
    }

    private void sleep() {
        if (stopped || next.equals(Instant.MAX)) {
            return;
        }
        Duration left = Duration.between(clock.instant(), next);
        Duration sleep = left.compareTo(LONGEST_SLEEP) < 0 ? left : LONGEST_SLEEP;
        try {
            timer = loop.schedule(this::look, Math.max(1, sleep.toMillis()), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the daemon is stopping", e);
        }
    }

    private void look() {
        Instant now = clock.instant();
        if (!stopped && !now.isBefore(next)) {
            fire.fire(next.toString(), null, () -> {});
            next = schedule.after(now);
        }
        sleep();
    }

    @Override
    public void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
