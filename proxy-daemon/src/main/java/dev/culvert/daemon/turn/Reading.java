package dev.culvert.daemon.turn;

import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of one reading, and what its client, a later reader or the daemon may ask of it.
 * {@link LiveTurn} adds what the agent says. Confined to the client's event loop, except where a
 * method says otherwise.
 */
/* A superclass and not a part, because one object for each turn is enough. */
abstract class Reading implements AgentSide.Owner {
    final TurnNeeds needs;
    final EventLoop loop;
    final TurnRequest request;
    final TurnListener listener;
    final Progress progress;
    final AgentSide agentSide;
    final Audience audience;

    /** Takes ownership of {@code message}. */
    Reading(
            TurnNeeds needs,
            EventLoop loop,
            TurnRequest request,
            @Nullable ByteBuf message,
            long after,
            TurnListener listener) {
        this.needs = needs;
        this.loop = loop;
        this.request = request;
        this.listener = listener;
        audience = new Audience(this, message != null);
        progress = new Progress(message, after, needs.settings().get().turns().initialCredit());
        chargeMessage();
        agentSide = new AgentSide(needs, loop, request, progress, this);
        request.agent().turnBegan();
        if (request.goesOn()) {
            audience.keepGoing();
        }
    }

    /**
     * Whether the turn goes on to its end if the client leaves. That stays so for who reads it
     * later. May be called on any thread.
     */
    public final boolean goesOn() {
        return audience.goesOn();
    }

    final void chargeMessage() {
        if (progress.isLarge()) {
            progress.charge(request.agent().road().share(), loop, this::overMemory);
        }
    }

    /** A message that was sent is dropped, and cannot be sent again; any other ends here. */
    private void overMemory(Share exceeded) {
        if (progress.isSent() && !agentSide.isSending()) {
            progress.dropMessage();
        } else {
            agentSide.letGo();
            fail(Endings.overMemory(exceeded));
        }
    }

    /** May be called on any thread, as may {@link #request}. */
    final String id() {
        return request.id();
    }

    final TurnRequest request() {
        return request;
    }

    final TurnNeeds needs() {
        return needs;
    }

    @Override
    public final boolean isStopping() {
        return audience.isStopping();
    }

    /** Somebody reads along. May be called on any thread. */
    final void watchedBy(Watched watchers) {
        audience.watchedBy(watchers);
    }

    /** The number of the last event that arrived. */
    final long lastNumber() {
        return progress.lastNumber();
    }

    final void grantAll() {
        long due = progress.takenAll();
        if (due > 0) {
            agentSide.grant(due);
        }
    }

    /** The listener can accept so many more payload bytes. The agent gets credit in batches. */
    public final void consumed(long bytes) {
        if (audience.isUnread()) {
            return; // what has come counts as taken
        }
        long due = progress.taken(bytes);
        if (due > 0) {
            agentSide.grant(due);
        }
    }

    /** Whether the agent may send only what it was given credit for. */
    public final boolean hasCredit() {
        return agentSide.hasCredit();
    }

    /**
     * The client is gone and is told nothing more. A turn that {@link #goesOn} does. Otherwise, if
     * the agent was not asked yet, the reading ends at once; else the turn is cancelled after
     * {@code grace}, or at once if the agent cannot resume. A later reading prevents that.
     */
    public final void clientGone(Duration grace) {
        if (!agentSide.isKnownToTheAgent()) {
            audience.leave(Duration.ZERO, loop, () -> fail(Endings.CLIENT_GONE));
        } else {
            audience.leave(agentSide.isResumable() ? grace : Duration.ZERO, loop, this::forsaken);
        }
        if (audience.isUnread()) {
            grantAll();
        }
    }

    /** A later reader keeps the turn going; when that one goes, {@link #leftAlone} is called. */
    private void forsaken() {
        if (needs.live().isLast(this)) {
            cancel(CancelCause.CLIENT_GONE);
        }
    }

    /** Every later reader has gone. */
    final void leftAlone() {
        if (audience.isForsaken()) {
            forsaken();
        }
    }

    /**
     * The agent has answered a later reader. The exchange waits for the agent's own message as long
     * as for a client that has left. May be called on any thread.
     */
    final void takenOver() {
        audience.takenOver();
        onLoop(() -> {
            if (!agentSide.isReading()) {
                fail(Endings.TAKEN_OVER);
            } else if (audience.isRead()) {
                clientGone(needs.settings().get().turns().resumeGrace());
                listener.onFailure(Endings.TAKEN_OVER);
            }
        });
    }

    /**
     * Asks the agent to stop; the reading ends when the agent confirms. An agent that cannot stop
     * continues, and the listener gets CANNOT_CANCEL. Without a link, a turn that the agent may
     * have begun is stopped once a link is found, if somebody waits for its end.
     */
    public final void cancel(CancelCause cause) {
        if (agentSide.isOver() || audience.isStopping()) {
            return;
        }
        needs.observer().onCancelled(cause);
        audience.stop(cause);
        if (agentSide.isReading()) {
            agentSide.stop();
        } else if (!progress.mayBeKnown() || !audience.isAwaited()) {
            fail(Endings.NOT_BEGUN);
        }
    }

    /** Runs {@code action} once when the reading is over. */
    public final void whenOver(Runnable action) {
        audience.whenOver(_ -> action.run());
    }

    /** As {@link #cancel}; {@code told} is told how it ended. */
    final void delete(Consumer<@Nullable Failure> told) {
        audience.whenOver(told);
        cancel(CancelCause.DELETED);
    }

    /**
     * Runs {@code task} on this turn's event loop, at once if this is it. Any thread may call it.
     */
    final void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
