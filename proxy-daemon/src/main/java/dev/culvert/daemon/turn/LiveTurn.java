package dev.culvert.daemon.turn;

import dev.culvert.daemon.turn.Progress.Unanswered;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.io.Account;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's reading of a turn, over one link after another if need be. Confined to the client's
 * event loop, but for what says otherwise.
 */
/*
 * Its two sides have states of their own: AgentSide waits for a link, then is an exchange on it, and waits again
 * when the link is lost and the agent can resume; Audience knows whether the client reads, has left, or the turn is
 * to stop. A message that was sent is only ever sent again to the same instance of the agent, which starts an id
 * once (resuming.md). Several clients may come for one turn: each reads over a link of its own, and the agent, which
 * has one reader at a time, tells the one before that it was taken over. Until then that one reads on, whatever
 * becomes of who came after it.
 */
public final class LiveTurn implements AgentSide.Owner {
    private final TurnNeeds needs;
    private final EventLoop loop;
    private final TurnRequest request;
    private final TurnListener listener;
    private final Progress progress;
    private final AgentSide agent;
    private final Audience audience = new Audience();

    /** Whether it had its second chance: once a request may meet a dead link, or be overtaken. */
    private boolean retried;

    /** Whether the agent lets one read that came after this one; set on that one's event loop. */
    private volatile boolean passed;

    /** The reader before this one; belongs to {@link LiveTurns}. */
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
        int credit = needs.settings().get().turns().initialCredit();
        progress = new Progress(message, after, credit);
        chargeMessage();
        agent = new AgentSide(needs, loop, request, progress, this);
        request.agent().turnBegan();
    }

    /** What is small is not counted, and costs nothing here. */
    private void chargeMessage() {
        int bytes = progress.messageBytes();
        if (bytes >= Account.GRAIN_BYTES) {
            Share share = needs.shares().apply(request.agent());
            progress.charge(share.open(HeldKind.MESSAGES, loop, this::isOverMemory), bytes);
        }
    }

    /** It cannot be sent again from now on; where it was not sent at all, that is the end. */
    private void isOverMemory(Share share) {
        if (progress.isSent()) {
            progress.dropMessage();
        } else {
            fail(Endings.overMemory(share));
        }
    }

    /** May be asked on any thread, as may {@link #request}. */
    String id() {
        return request.id();
    }

    TurnRequest request() {
        return request;
    }

    /** The agent of this instance has answered the message before: it is not to begin it again. */
    void wasBegunBy(String instance) {
        progress.wasBegunBy(instance);
    }

    /** In place of {@link #start}. */
    void refuse(Failure failure) {
        fail(failure);
    }

    /** As {@link #start}, where another reads it, and may have a message without an answer. */
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

    void start() {
        if (!agent.isOver()) {
            agent.start();
        }
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
    public void onNoWay(Failure failure) {
        fail(failure);
    }

    @Override
    public void onReply(Frame chunk) {
        if (progress.markAnswered()) {
            passThoseBefore();
        }
        long number = progress.take(chunk);
        if (number > 0 && audience.isRead()) {
            progress.came(chunk.payload().readableBytes());
            listener.onChunk(chunk, number);
        }
    }

    /** The agent lets this one read. Those before may be the last to hear of it, on their links. */
    private void passThoseBefore() {
        for (LiveTurn it = before; it != null; it = it.before) {
            LiveTurn other = it;
            other.passed = true;
            other.onLoop(other::takenOver);
        }
    }

    /** Its client has taken so many bytes of payload: as many more may come. */
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
            passThoseBefore();
        }
        if (failure instanceof Failure.LinkLost lost && resumable && waits()) {
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

    private boolean waits() {
        return audience.waits(!passed && needs.live().isLast(this));
    }

    /**
     * Whether the link was gone before it could take the message, or the agent had this request
     * before one that a client made earlier.
     */
    private boolean mayTryOnceMore(Failure failure) {
        if (retried || !audience.isWanted()) {
            return false;
        }
        return failure instanceof Failure.LinkLost
                ? !progress.mayBeKnown()
                : Endings.isError(failure, ErrorCode.TAKEN_OVER)
                        && !passed
                        && needs.live().isLast(this);
    }

    /** Nobody reads it now, but somebody may come back within {@code grace}; tells no more. */
    public void clientGone(Duration grace) {
        if (!agent.isKnownToTheAgent()) {
            audience.leave(Duration.ZERO, loop, () -> fail(Endings.CLIENT_GONE));
        } else {
            audience.leave(agent.isResumable() ? grace : Duration.ZERO, loop, this::forsaken);
        }
    }

    /** Who came after it still wants the turn; when that one goes, {@link #leftAlone} is called. */
    private void forsaken() {
        if (needs.live().isLast(this)) {
            cancel(CancelCause.CLIENT_GONE);
        }
    }

    /** Whoever came after it has gone. From any thread. */
    private void leftAlone() {
        onLoop(() -> {
            if (audience.isForsaken()) {
                forsaken();
            }
        });
    }

    /**
     * The agent lets one read that came after it. Its own exchange goes on until the agent ends it,
     * or for the grace, as where a client has left.
     */
    private void takenOver() {
        if (!agent.isReading()) {
            fail(Endings.TAKEN_OVER);
        } else if (audience.isRead()) {
            clientGone(needs.settings().get().turns().resumeGrace());
            listener.onFailure(Endings.TAKEN_OVER);
        }
    }

    /**
     * Nobody wants it any more: it is over once the agent has stopped, which is told as its failure
     * unless the client is gone. An agent that cannot stop is left to itself, and that is told.
     */
    public void cancel(CancelCause cause) {
        if (agent.isOver() || audience.isStopping()) {
            return;
        }
        needs.observer().onCancelled(cause);
        audience.stop();
        if (agent.isReading()) {
            agent.stop();
        } else if (!progress.mayBeKnown() || !waits()) {
            fail(Endings.NOT_BEGUN);
        }
    }

    /** As {@link #cancel}, from any thread; {@code told} is told on its loop how it ended. */
    void delete(Consumer<@Nullable Failure> told) {
        onLoop(() -> {
            audience.whenOver(told);
            cancel(CancelCause.DELETED);
        });
    }

    /**
     * Ends it here; the agent is told to stop only where nobody could come back for it. From any
     * thread.
     */
    void cut() {
        onLoop(() -> {
            if (agent.isOver()) {
                return;
            }
            if (agent.letGo()) {
                needs.observer().onCancelled(CancelCause.SHUTDOWN);
            }
            if (end(Endings.SHUTTING_DOWN)) {
                listener.onCut();
            }
        });
    }

    /** How it is, told on its loop. From any thread. */
    void look(Consumer<TurnStatus> told) {
        onLoop(() ->
                told.accept(
                        TurnStatus.live(
                                request,
                                audience.isStopping() ? TurnStatus.State.STOPPING : agent.look(),
                                progress.lastNumber(),
                                audience.isRead() ? List.of(request.requestId()) : List.of())));
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private void fail(Failure failure) {
        if (!agent.isOver() && end(failure)) {
            listener.onFailure(failure);
        }
    }

    /** Whether there is a client to be told. */
    private boolean end(@Nullable Failure how) {
        if (request.isAddressed()) {
            agent.noteInstance();
            PastTurn past = PastTurn.of(request, progress, how);
            if (past != null) {
                needs.past().note(past);
            }
        }
        agent.end();
        boolean isRead = audience.isRead();
        LiveTurn lastNow = needs.live().leave(this);
        request.agent().turnEnded();
        audience.over(how);
        if (lastNow != null) {
            lastNow.leftAlone();
        }
        return isRead;
    }
}
