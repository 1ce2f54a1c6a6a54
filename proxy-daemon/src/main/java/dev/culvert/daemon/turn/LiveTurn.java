package dev.culvert.daemon.turn;

import dev.culvert.daemon.turn.Progress.Unanswered;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's reading of a turn. The links under it may change; the client gets each event once
 * and one end. Confined to the client's event loop, except where a method says otherwise.
 */
/*
 * Its two sides have states of their own. AgentSide waits for a link, then reads over it, and waits again when the
 * link is lost and the agent can resume. Audience knows whether the client reads, has left, or wants the turn to
 * stop. A message that may have arrived is sent again only to the same instance of the agent, which begins an id
 * once (resuming.md).
 *
 * Several clients may read one turn. Each reads over a link of its own, and the agent, which has one reader at a
 * time, tells the one before that it was taken over. Until then that one reads on, whatever becomes of the later
 * ones.
 */
public final class LiveTurn implements AgentSide.Owner {
    private final TurnNeeds needs;
    private final EventLoop loop;
    private final TurnRequest request;
    private final TurnListener listener;
    private final Progress progress;
    private final AgentSide agent;
    private final Audience audience;

    /** Whether the request was repeated: once, after it met a dead link or was overtaken. */
    private boolean retried;

    /** The reader before this one; {@link LiveTurns} alone changes it. */
    volatile @Nullable LiveTurn before;

    /** Takes ownership of {@code message}. */
    LiveTurn(
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
        audience = new Audience(needs.live(), this);
        progress = new Progress(message, after, needs.settings().get().turns().initialCredit());
        chargeMessage();
        agent = new AgentSide(needs, loop, request, progress, this);
        request.agent().turnBegan();
    }

    private void chargeMessage() {
        if (progress.isLarge()) {
            progress.charge(request.agent().road().share(), loop, this::fail);
        }
    }

    /** May be called on any thread, as may {@link #request}. */
    String id() {
        return request.id();
    }

    TurnRequest request() {
        return request;
    }

    /** This instance of the agent has answered the message before; it must not begin it again. */
    void wasBegunBy(String instance) {
        progress.wasBegunBy(instance);
    }

    /** Asks the agent. */
    void start() {
        if (!agent.isOver()) {
            agent.start();
        }
    }

    /** As {@link #start}, when {@code other} reads the turn and may hold its unanswered message. */
    void startAfter(LiveTurn other) {
        if (progress.hasMessage() || !progress.isAtTheBeginning()) {
            start();
            return;
        }
        other.onLoop(() -> {
            other.agent.noteInstance();
            Unanswered unanswered = other.progress.unanswered();
            onLoop(() -> {
                if (unanswered != null && agent.isOver()) {
                    unanswered.message().release();
                } else if (unanswered != null) {
                    progress.take(unanswered);
                    chargeMessage();
                }
                start();
            });
        });
    }

    @Override
    public boolean isStopping() {
        return audience.isStopping();
    }

    @Override
    public void onSent() {
        listener.onSent();
    }

    @Override
    public void onReply(Frame chunk) {
        if (progress.markAnswered()) {
            needs.live().passThoseBefore(this);
        }
        long number = progress.take(chunk);
        if (number > 0 && audience.isRead()) {
            progress.came(chunk.payload().readableBytes());
            listener.onChunk(chunk, number);
        }
    }

    @Override
    public void onDone() {
        if (end(null)) {
            listener.onDone(progress.end());
        }
    }

    @Override
    public void onFailure(Failure said) {
        boolean resumable = agent.isResumable();
        Failure failure = agent.meaning(said);
        agent.noteInstance();
        if (Endings.isOfTheTurn(failure) && progress.markAnswered()) {
            needs.live().passThoseBefore(this);
        }
        if (failure instanceof Failure.LinkLost lost && resumable && audience.isAwaited()) {
            agent.goOn(lost.reason());
        } else if (mayTryOnceMore(failure)) {
            retried = true;
            agent.start();
        } else {
            if (audience.isStopping() && Endings.isError(failure, ErrorCode.CANCELLED)) {
                needs.observer().onStopped(audience.unwantedNanos());
            }
            fail(failure);
        }
    }

    /** Whether the link was dead already, or the agent got an earlier request after this one. */
    private boolean mayTryOnceMore(Failure failure) {
        if (retried || !audience.isWanted()) {
            return false;
        }
        return failure instanceof Failure.LinkLost
                ? !progress.mayBeKnown()
                : Endings.isError(failure, ErrorCode.TAKEN_OVER) && !audience.isPassed();
    }

    /** The client has taken so many bytes of payload: as many more may come. */
    public void consumed(long bytes) {
        long due = progress.taken(bytes);
        if (due > 0) {
            agent.grant(due);
        }
    }

    /** Whether the agent may send only what it was given credit for. */
    public boolean hasCredit() {
        return agent.hasCredit();
    }

    /**
     * The client is gone and is told nothing more. Unless somebody comes back within {@code grace},
     * the turn is cancelled.
     */
    public void clientGone(Duration grace) {
        if (!agent.isKnownToTheAgent()) {
            audience.leave(Duration.ZERO, loop, () -> fail(Endings.CLIENT_GONE));
        } else {
            audience.leave(agent.isResumable() ? grace : Duration.ZERO, loop, this::forsaken);
        }
    }

    /** A later reader keeps the turn going; when that one goes, {@link #leftAlone} is called. */
    private void forsaken() {
        if (needs.live().isLast(this)) {
            cancel(CancelCause.CLIENT_GONE);
        }
    }

    /** Every later reader has gone. */
    private void leftAlone() {
        if (audience.isForsaken()) {
            forsaken();
        }
    }

    /**
     * The agent lets a later reader read. Its own word to this one may come later, on another link:
     * the exchange waits for that as long as for a client that has left. May be called on any
     * thread.
     */
    void pass() {
        audience.pass();
        onLoop(() -> {
            if (!agent.isReading()) {
                fail(Endings.TAKEN_OVER);
            } else if (audience.isRead()) {
                clientGone(needs.settings().get().turns().resumeGrace());
                listener.onFailure(Endings.TAKEN_OVER);
            }
        });
    }

    /**
     * Nobody wants the turn any more. It is over once the agent has stopped, and a client that is
     * still there is told so as a failure. An agent that cannot stop works on, and that is told.
     */
    public void cancel(CancelCause cause) {
        if (agent.isOver() || audience.isStopping()) {
            return;
        }
        needs.observer().onCancelled(cause);
        audience.stop();
        if (agent.isReading()) {
            agent.stop();
        } else if (!progress.mayBeKnown() || !audience.isAwaited()) {
            fail(Endings.NOT_BEGUN);
        }
    }

    /** As {@link #cancel}; {@code told} is told how it ended. */
    void delete(Consumer<@Nullable Failure> told) {
        audience.whenOver(told);
        cancel(CancelCause.DELETED);
    }

    /** The daemon stops. The agent has to stop too where nobody could come back for the turn. */
    void cut() {
        if (agent.isOver()) {
            return;
        }
        if (agent.letGo()) {
            needs.observer().onCancelled(CancelCause.SHUTDOWN);
        }
        if (end(Endings.SHUTTING_DOWN)) {
            listener.onCut();
        }
    }

    TurnStatus status() {
        return TurnStatus.live(request, agent.look(), progress.lastNumber(), audience.isRead());
    }

    /** Runs {@code task} on this turn's event loop, at once if this is it. */
    void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /** It is over; whoever still listens is told. */
    @Override
    public void fail(Failure failure) {
        if (!agent.isOver() && end(failure)) {
            listener.onFailure(failure);
        }
    }

    /** Returns whether there is a client to be told. */
    private boolean end(@Nullable Failure how) {
        if (request.isAddressed()) {
            agent.noteInstance();
            needs.past().note(request, progress, how);
        }
        agent.end();
        boolean isRead = audience.isRead();
        LiveTurn lastNow = needs.live().leave(this);
        request.agent().turnEnded();
        audience.over(how);
        if (lastNow != null) {
            lastNow.onLoop(lastNow::leftAlone);
        }
        return isRead;
    }
}
