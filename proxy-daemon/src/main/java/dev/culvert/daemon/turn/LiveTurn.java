package dev.culvert.daemon.turn;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.turn.Progress.Unanswered;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's reading of one turn. Each client of a turn has its own LiveTurn; the agent runs the
 * turn. The links under it may change; the client gets each event once and one end. Confined to the
 * client's event loop, except where a method says otherwise.
 */
/*
 * One class of over 300 lines, because each of its steps depends on both sides and on what was read so far.
 * Its two sides have states of their own. AgentSide waits for a link, then reads over it, and waits again when the
 * link is lost and the agent can resume. Audience knows whether the client reads, has left, or wants the turn to
 * stop. A message that may have arrived is sent again only to the same instance of the agent, which begins an id
 * once (resuming.md).
 * LiveTurns says what happens when several clients read one turn.
 */
public final class LiveTurn implements AgentSide.Owner {
    private final TurnNeeds needs;
    private final EventLoop loop;
    private final TurnRequest request;
    private final TurnListener listener;
    private final Progress progress;
    private final AgentSide agentSide;
    private final Audience audience;

    /** Whether it begins the turn, or repeats the request that did. */
    private final boolean begins;

    /** What the turn took; null until the agent has said it, and if nobody can ask for it. */
    private volatile @Nullable TurnTokens tokens;

    /** Whether the request was sent a second time; it is never sent a third time. */
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
        begins = message != null;
        audience = new Audience(this);
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
    public boolean goesOn() {
        return audience.goesOn();
    }

    private void chargeMessage() {
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
    String id() {
        return request.id();
    }

    TurnRequest request() {
        return request;
    }

    TurnNeeds needs() {
        return needs;
    }

    /** Who began the turn; null if this reading did not. May be called on any thread. */
    @Nullable Caller beganBy() {
        return begins ? request.caller() : null;
    }

    /** May be called on any thread. */
    @Nullable TurnTokens tokens() {
        return tokens;
    }

    /** This instance of the agent has answered the message before; it must not begin it again. */
    void wasBegunBy(String instance) {
        progress.wasBegunBy(instance);
    }

    /** Asks the agent. */
    void start() {
        if (!agentSide.isOver()) {
            agentSide.start();
        }
    }

    /** As {@link #start}, but sends the message that the earlier reading {@code other} keeps. */
    void startAfter(LiveTurn other) {
        if (other.goesOn()) {
            audience.keepGoing();
        }
        if (progress.hasMessage() || !progress.isAtTheBeginning()) {
            start();
            return;
        }
        other.onLoop(() -> {
            other.agentSide.noteInstance();
            Unanswered unanswered = other.progress.unanswered();
            onLoop(() -> {
                if (unanswered != null && agentSide.isOver()) {
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
    public void onRequestSent() {
        agentSide.sent();
    }

    @Override
    public void onReply(Frame chunk) {
        if (progress.markAnswered()) {
            needs.live().takeOverEarlier(this);
        }
        // Without a client, chunks are dropped: a later LiveTurn asks the agent for them again.
        long number = progress.take(chunk);
        if (chunk.isLastChunk() && request.isAddressed()) {
            tokens = TurnTokens.of(chunk);
        }
        if (number > 0 && audience.isRead()) {
            progress.came(chunk.payload().readableBytes());
            listener.onChunk(chunk, number);
        } else if (number > 0 && audience.isUnread()) {
            progress.came(chunk.payload().readableBytes());
            grantAll();
        }
        Watched watched = audience.watched();
        if (watched != null && number > 0) {
            watched.offer(chunk, number);
        }
    }

    /** Somebody reads along. May be called on any thread. */
    void watchedBy(Watched watchers) {
        audience.watchedBy(watchers);
    }

    /** The number of the last event that arrived. */
    long lastNumber() {
        return progress.lastNumber();
    }

    private void grantAll() {
        long due = progress.takenAll();
        if (due > 0) {
            agentSide.grant(due);
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
        boolean resumable = agentSide.isResumable();
        Failure failure = agentSide.meaning(said);
        agentSide.noteInstance();
        if (Endings.isOfTheTurn(failure) && progress.markAnswered()) {
            needs.live().takeOverEarlier(this);
        }
        if (failure instanceof Failure.LinkLost lost && resumable && audience.isAwaited()) {
            agentSide.goOn(lost.reason());
        } else if (mayTryOnceMore(failure)) {
            retried = true;
            agentSide.start();
        } else {
            if (audience.isStopping() && Endings.isError(failure, ErrorCode.CANCELLED)) {
                needs.observer().onStopped(audience.cause(), audience.unwantedNanos());
            }
            fail(failure);
        }
    }

    /** Whether the link was dead already, or an earlier reading overtook this request. */
    private boolean mayTryOnceMore(Failure failure) {
        if (retried || !audience.isWanted()) {
            return false;
        }
        return failure instanceof Failure.LinkLost
                ? !progress.mayBeKnown()
                : Endings.isError(failure, ErrorCode.TAKEN_OVER) && !audience.isTakenOver();
    }

    /** The listener can accept so many more payload bytes. The agent gets credit in batches. */
    public void consumed(long bytes) {
        if (audience.isUnread()) {
            return; // what has come counts as taken
        }
        long due = progress.taken(bytes);
        if (due > 0) {
            agentSide.grant(due);
        }
    }

    /**
     * The client got the last chunk. Returns whether no client of this daemon had got it before,
     * for what is to be counted once a turn.
     */
    public boolean countsItsEnd() {
        if (!request.isAddressed()) {
            return true; // no other client can read it
        }
        agentSide.noteInstance();
        return needs.past().noteEnd(this, progress);
    }

    /** Whether the agent may send only what it was given credit for. */
    public boolean hasCredit() {
        return agentSide.hasCredit();
    }

    /**
     * The client is gone and is told nothing more. A turn that {@link #goesOn} does. Otherwise, if
     * the agent was not asked yet, the reading ends at once; else the turn is cancelled after
     * {@code grace}, or at once if the agent cannot resume. A later reading prevents that.
     */
    public void clientGone(Duration grace) {
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
    private void leftAlone() {
        if (audience.isForsaken()) {
            forsaken();
        }
    }

    /**
     * The agent has answered a later reader. The exchange waits for the agent's own message as long
     * as for a client that has left. May be called on any thread.
     */
    void takenOver() {
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
    public void cancel(CancelCause cause) {
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
    public void whenOver(Runnable action) {
        audience.whenOver(_ -> action.run());
    }

    /** As {@link #cancel}; {@code told} is told how it ended. */
    void delete(Consumer<@Nullable Failure> told) {
        audience.whenOver(told);
        cancel(CancelCause.DELETED);
    }

    /** The daemon stops. The agent has to stop too where nobody could come back for the turn. */
    void cut() {
        if (agentSide.isOver()) {
            return;
        }
        if (agentSide.letGo()) {
            needs.observer().onCancelled(CancelCause.SHUTDOWN);
        }
        if (end(Endings.SHUTTING_DOWN)) {
            listener.onCut();
        }
    }

    TurnStatus status() {
        return TurnStatus.live(this, agentSide.look(), progress.lastNumber(), audience.isRead());
    }

    /** Null if it is over. */
    @Nullable TurnReading reading() {
        if (agentSide.isOver()) {
            return null;
        }
        CallerQuota quota = request.quota();
        boolean isLimited = quota != null && quota.owedNanos() > 0;
        return new TurnReading(
                status(), progress.figures(agentSide.look(), agentSide.hasCredit(), isLimited));
    }

    /**
     * Runs {@code task} on this turn's event loop, at once if this is it. Any thread may call it.
     */
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
        if (!agentSide.isOver() && end(failure)) {
            listener.onFailure(failure);
        }
    }

    /** Returns whether there is a client to be told. */
    private boolean end(@Nullable Failure how) {
        if (request.isAddressed()) {
            agentSide.noteInstance();
            needs.past().note(this, progress, how);
        }
        agentSide.end();
        boolean isRead = audience.isRead();
        LiveTurn lastNow = needs.live().leave(this);
        request.agent().turnEnded();
        if (request.quota() != null) {
            request.quota().endTurn();
        }
        audience.over(how);
        if (lastNow != null) {
            lastNow.onLoop(lastNow::leftAlone);
        }
        Watched watched = audience.watched();
        if (watched != null) {
            needs.watched().ended(this, watched, how, progress.end());
        }
        return isRead;
    }
}
