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

/** Searches for a link over which a turn can be read. Confined to the event loop. */
/*
 * A link carries an id once. If another reader uses it on the first lane, the search tries the second. If both lanes
 * carry it, the agent is about to tell one of their readers that it was taken over, so one lane is free soon.
 */
final class LinkSearch implements DialListener {
    /** Told one of the two, and nothing after {@link LinkSearch#stop}. */
    interface Seeker {
        void onFound(AgentLink link);

        void onNotFound(Failure failure);
    }

    /** Which link will do, and how long the search lasts. */
    enum Kind {
        /** A link on which the agent has announced its features, and on which the id is free. */
        ANNOUNCED,

        /** As ANNOUNCED, but soon: an agent that says nothing on a new link is not there. */
        PROVEN,

        /** As ANNOUNCED, and dials again while the agent cannot be reached. */
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
     * @param reason why the last link was lost; empty if there was none
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
        awaitEnd();
        seek();
    }

    private void awaitEnd() {
        Duration most =
                kind == Kind.PROVEN
                        ? needs.settings().get().link().dialTimeout().multipliedBy(2)
                        : needs.settings().get().timeouts().message();
        deadline = loop.schedule(this::expire, most.toNanos(), TimeUnit.NANOSECONDS);
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
            giveUp(new Failure.LinkLost(request.agent().whyGone()));
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
                reason = "other requests read this turn, and none of them has ended";
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
        if (kind == Kind.PATIENT && request.agent().isQuiesced()) {
            awaitEnd(); // its virtual machine is paused, and the turn is parked in it
            return;
        }
        if (kind == Kind.PROVEN) {
            giveUp(
                    new Failure.Unreachable(
                            "%s: the connection was accepted, but the agent sends nothing on it, nor on its home link (link.dial_timeout); nothing was sent"
                                    .formatted(request.agent().road())));
            return;
        }
        giveUp(
                new Failure.LinkLost(
                        reason.isEmpty()
                                ? "the agent has sent no heartbeat on its links"
                                : reason));
    }

    private void giveUp(Failure failure) {
        stop();
        seeker.onNotFound(failure);
    }
}
