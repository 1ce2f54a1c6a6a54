package dev.culvert.daemon.turn;

import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a link to the agent on which it has said what it is, trying again and again for as long
 * as an agent may be silent. Confined to the event loop.
 */
final class NextLink implements DialListener {
    /** Who waits; told one of the two, and nothing after {@link NextLink#stop}. */
    interface Waiter {
        void onAnnounced(AgentLink link);

        void onGivenUp(Failure failure);
    }

    private static final long RETRY_MILLIS = 250;

    private final Turns turns;
    private final EventLoop loop;
    private final Origin origin;
    private final Waiter waiter;
    private final boolean patient;
    private final ScheduledFuture<?> deadline;
    private String reason;
    private boolean over;

    /**
     * @param reason why there is no link now; empty where there has been none yet
     * @param patient whether an agent that cannot be reached may come back
     */
    NextLink(
            Turns turns,
            EventLoop loop,
            Origin origin,
            Waiter waiter,
            String reason,
            boolean patient) {
        this.turns = turns;
        this.loop = loop;
        this.origin = origin;
        this.waiter = waiter;
        this.reason = reason;
        this.patient = patient;
        Duration most = turns.settings().timeouts().message();
        deadline = loop.schedule(() -> giveUp(lost()), most.toNanos(), TimeUnit.NANOSECONDS);
    }

    void seek() {
        if (over) {
            return;
        }
        if (turns.isThere(origin.agent())) {
            turns.acquire(loop, origin.agent(), this);
        } else {
            giveUp(new Failure.LinkLost("the agent was removed"));
        }
    }

    void stop() {
        over = true;
        deadline.cancel(false);
    }

    @Override
    public void onLink(AgentLink opened) {
        opened.whenAnnounced(() -> {
            if (over) {
                return;
            }
            if (opened.isOpen()) {
                stop();
                waiter.onAnnounced(opened);
            } else {
                seekAgain(opened.closeReason());
            }
        });
    }

    @Override
    public void onFailure(Failure failure) {
        if (over) {
            return;
        }
        if (patient) {
            seekAgain(failure.message());
        } else {
            giveUp(failure);
        }
    }

    private void seekAgain(String why) {
        reason = why;
        long jitter = ThreadLocalRandom.current().nextLong(RETRY_MILLIS);
        loop.schedule(this::seek, RETRY_MILLIS + jitter, TimeUnit.MILLISECONDS);
    }

    private Failure lost() {
        return new Failure.LinkLost(
                reason.isEmpty() ? "the agent has not said what it is" : reason);
    }

    private void giveUp(Failure failure) {
        stop();
        waiter.onGivenUp(failure);
    }
}
