package dev.culvert.daemon.turn;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.turn.Progress.Unanswered;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * One client's reading of one turn. Each client of a turn has its own LiveTurn; the agent runs the
 * turn. The links under it may change; the client gets each event once and one end. Confined to the
 * client's event loop, except where a method says otherwise.
 */
/*
 * The two sides of a reading have states of their own. AgentSide waits for a link, then reads over it, and waits again
 * when the link is lost and the agent can resume. Audience knows whether the client reads, has left, or wants the turn
 * to stop. A message that may have arrived is sent again only to the same instance of the agent, which begins an id
 * once (resuming.md).
 * LiveTurns says what happens when several clients read one turn, and WatchedTurns what happens when others watch.
 */
public final class LiveTurn extends Reading {
    /** What the turn took; null until the agent has said it, and if nobody can ask for it. */
    private volatile @Nullable TurnTokens tokens;

    /** Null until the agent tells that it runs a tool. */
    private @Nullable ToolCallTimes tools;

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
        super(needs, loop, request, message, after, listener);
    }

    /** Who began the turn; null if this reading did not. May be called on any thread. */
    @Nullable Caller beganBy() {
        return audience.begins() ? request.caller() : null;
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
            if (audience.begins()) {
                request.agent().work().answered(System.nanoTime() - progress.startNanos());
            }
        }
        // Without a client, chunks are dropped: a later LiveTurn asks the agent for them again.
        long number = progress.take(chunk);
        if (chunk.isLastChunk() && request.isAddressed()) {
            tokens = TurnTokens.of(chunk);
        }
        if (chunk.type() != FrameType.CHUNK) {
            noteTool(chunk, number);
        }
        if (number > 0 && audience.isRead()) {
            progress.came(chunk.payload().readableBytes());
            listener.onChunk(chunk, number);
        } else if (number > 0 && audience.isUnread()) {
            progress.came(chunk.payload().readableBytes());
            grantAll();
            TurnTokens took = chunk.isLastChunk() ? tokens : null;
            if (took != null && countsItsEnd()) {
                needs.observer().onTokens(took);
            }
        }
        Watched watched = audience.watched();
        if (watched != null && number > 0) {
            watched.offer(chunk, number);
        }
    }

    private void noteTool(Frame frame, long number) {
        if (frame.type() == FrameType.APPROVAL) {
            waitForApproval();
        }
        if (number == 0) {
            return; // the client has it
        }
        if (tools == null) {
            tools = new ToolCallTimes(id(), needs.observer());
        }
        tools.note(frame, number);
    }

    /** Whoever decides about a call wants it done: the turn goes on if its client leaves. */
    private void waitForApproval() {
        boolean wentOn = audience.goesOn();
        audience.keepGoing();
        if (audience.isUnread()) {
            grantAll();
        }
        if (!wentOn) {
            listener.onGoesOn();
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
            progress.retry();
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
        if (progress.isRetried() || !audience.isWanted()) {
            return false;
        }
        return failure instanceof Failure.LinkLost
                ? !progress.mayBeKnown()
                : Endings.isError(failure, ErrorCode.TAKEN_OVER) && !audience.isTakenOver();
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
        request.agent().turnEnded(audience.begins(), progress.cameBytes());
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
