package dev.culvert.daemon.turn;

import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks for a link that a turn can be read over. Confined to the event loop. */
/*
 * On a link an id is in use once. Where another reader has it there, the second lane is tried; where it is in use
 * on both, the agent is about to tell one of them that it is taken over, and soon one of the two is free.
 */
final class LinkSearch implements DialListener {
    /** Who looks; told one of the two, and nothing after {@link LinkSearch#stop}. */
    interface Seeker {
        void onFound(AgentLink link);

        void onNotFound(Failure failure);
    }

    /** What will do. */
    enum Kind {
        /** One on which the agent has said what it can, and the id is free. */
        ANNOUNCED,

        /** The same, and soon: an agent that says nothing on a new link is not there. */
        PROVEN,

        /** The same, where an agent that cannot be reached may come back. */
        PATIENT
    }

    private static final long DIAL_AGAIN_MILLIS = 250;
    private static final long FIRST_LOOK_AGAIN_MILLIS = 4;

    private final TurnNeeds needs;
    private final EventLoop loop;
    private final TurnRequest request;
    private final Seeker seeker;
    private final Kind kind;
    private @Nullable ScheduledFuture<?> deadline;
    private Lane lane = Lane.FIRST;
    private String reason;
    private long lookAgainMillis = FIRST_LOOK_AGAIN_MILLIS;
    private boolean over;

    /**
     * @param reason why there is no link now; empty where there has been none yet
     */
    LinkSearch(
            TurnNeeds needs,
            EventLoop loop,
            TurnRequest request,
            Seeker seeker,
            Kind kind,
            String reason) {
        this.needs = needs;
        this.loop = loop;
        this.request = request;
        this.seeker = seeker;
        this.kind = kind;
        this.reason = reason;
    }

    void begin() {
        Duration most =
                kind == Kind.PROVEN
                        ? needs.settings().get().link().dialTimeout().multipliedBy(2)
                        : needs.settings().get().timeouts().message();
        deadline = loop.schedule(this::expire, most.toNanos(), TimeUnit.NANOSECONDS);
        seek();
    }

    void stop() {
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void seek() {
        if (over) {
            return;
        }
        if (needs.isThere().test(request.agent())) {
            acquire(Lane.FIRST);
        } else {
            giveUp(new Failure.LinkLost("the agent was removed"));
        }
    }

    private void acquire(Lane next) {
        lane = next;
        request.agent().road().link(loop, next, this);
    }

    @Override
    public void onLink(AgentLink opened) {
        if (over) {
            return;
        }
        if (opened.isFree(request.id())) {
            opened.whenAnnounced(() -> onAnnounced(opened));
        } else {
            tryOtherLane();
        }
    }

    private void onAnnounced(AgentLink opened) {
        if (over) {
            return;
        }
        if (!opened.isOpen()) {
            reason = opened.closeReason();
            dialAgain();
        } else if (opened.isFree(request.id())) {
            found(opened);
        } else {
            tryOtherLane();
        }
    }

    private void tryOtherLane() {
        switch (lane) {
            case FIRST -> acquire(Lane.SECOND);
            case SECOND -> {
                reason = "other requests for the turn are under way, and none of them has ended";
                seekIn(lookAgainMillis);
                lookAgainMillis = Math.min(2 * lookAgainMillis, DIAL_AGAIN_MILLIS);
            }
        }
    }

    @Override
    public void onFailure(Failure failure) {
        if (over) {
            return;
        }
        if (kind == Kind.PATIENT) {
            reason = failure.message();
            dialAgain();
        } else {
            giveUp(failure);
        }
    }

    private void dialAgain() {
        seekIn(DIAL_AGAIN_MILLIS + ThreadLocalRandom.current().nextLong(DIAL_AGAIN_MILLIS));
    }

    private void seekIn(long millis) {
        loop.schedule(this::seek, millis, TimeUnit.MILLISECONDS);
    }

    private void found(AgentLink link) {
        stop();
        seeker.onFound(link);
    }

    private void expire() {
        if (kind == Kind.PROVEN) {
            giveUp(
                    new Failure.Unreachable(
                            "%s: something takes connections there, but the agent says nothing on them, nor on its home link (link.dial_timeout); nothing was sent"
                                    .formatted(request.agent().road())));
            return;
        }
        giveUp(
                new Failure.LinkLost(
                        reason.isEmpty() ? "the agent has not said what it is" : reason));
    }

    private void giveUp(Failure failure) {
        stop();
        seeker.onNotFound(failure);
    }
}
