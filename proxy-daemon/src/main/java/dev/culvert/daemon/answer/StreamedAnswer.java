package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;

import dev.culvert.daemon.answer.StreamObserver.End;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.LazyTimer;
import dev.culvert.link.Failure;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request with a turn as a stream of events, or with a status while no stream is open. A
 * resuming client that reads only events gets failures as events. Confined to the client's event
 * loop.
 */
/*
 * One class of a little over 300 lines, because every end depends on what the client has been sent already.
 * The number of an event is that of its frame; the end of the answer has the number after the last frame. What
 * this daemon itself has to say is not a part of the turn and gets the number of the last event, so that a client
 * that resumes after it misses nothing. Where nothing can ever follow, the number is LAST: a client that resumes
 * after LAST is told that the turn is over. Without it a browser would reconnect for ever.
 */
final class StreamedAnswer implements FollowedAnswer.Reader, ClientPace.Listener {
    /**
     * How long a client waits for its head that resumes, or that cannot come back after an event:
     * until then a status can answer it.
     */
    private static final Duration HEAD_DELAY = Duration.ofMillis(250);

    /**
     * The same while the message is not sent, because the agent is dialled or takes it slowly, for
     * a client that cannot come back: after that only keepalives show that the daemon is there.
     */
    private static final Duration LONGEST_HEAD_DELAY = Duration.ofSeconds(1);

    static final String SHUTTING_DOWN = "the daemon is shutting down and could not wait any longer";

    private final Answer answer;
    private final EventFormat format;
    private final @Nullable ResumePoint resumed;
    private final StreamSettings settings;
    private final StreamObserver observer;
    private final long startNanos = System.nanoTime();
    private final LazyTimer opening;
    private @Nullable LiveTurn turn;
    private @Nullable SseStream events;
    private @Nullable ClientPace pace;

    /** The number of the last event that the client was sent, or had before. */
    private long lastNumber;

    private boolean hasWritten;
    private boolean over;

    /**
     * Waits to be told how the turn goes.
     *
     * @param resumed null for a new turn
     */
    StreamedAnswer(
            Answer answer,
            EventFormat format,
            @Nullable ResumePoint resumed,
            StreamSettings settings,
            StreamObserver observer) {
        this.answer = answer;
        this.format = format;
        this.resumed = resumed;
        this.settings = settings;
        this.observer = observer;
        lastNumber = resumed == null ? 0 : resumed.after();
        opening = new LazyTimer(answer.eventLoop(), this::open);
        observer.onStarted();
    }

    /**
     * Controls {@code begun} from now on. {@link TurnAnswers} calls this with the turn that {@code
     * Turns} returned, which may have called this listener before and may be over.
     */
    void reads(LiveTurn begun) {
        turn = begun;
        if (over || events != null) {
            return;
        }
        // An open stream has its own onGone.
        boolean isUnasked = resumed == null && format.isResumable();
        answer.onGone(() -> gone(isUnasked ? Duration.ZERO : settings.grace()));
        if (resumed != null) {
            opening.expireAfter(HEAD_DELAY);
        } else if (!format.isResumable() && !opening.isArmed()) {
            opening.expireAfter(LONGEST_HEAD_DELAY);
        }
    }

    private SseStream open() {
        opening.cancel();
        SseStream open = events;
        if (open == null) {
            open =
                    SseStream.open(
                            answer, settings.keepalive(), format, () -> gone(settings.grace()));
            events = open;
            pace = new ClientPace(settings.turns(), observer, open, answer, this);
            format.begin(open, lastNumber);
        }
        return open;
    }

    private void gone(Duration grace) {
        if (turn != null) {
            turn.clientGone(grace);
        }
        format.gone();
        markEnded(End.CLIENT_GONE);
    }

    @Override
    public void onSent() {
        answer.reached(Phase.WAITING);
        if (resumed == null && format.isResumable()) {
            open();
        } else if (resumed == null && !over && events == null) {
            opening.expireAfter(HEAD_DELAY);
        }
    }

    @Override
    public void onChunk(Frame chunk, long number) {
        if (over) {
            return;
        }
        int bytes = chunk.payload().readableBytes();
        if (chunk.isLastChunk() && (turn == null || turn.countsItsEnd())) {
            Usage.tell(chunk, answer);
        }
        try {
            SseStream to = streamFor(number);
            // Here and not in a method of the format: the JIT then inlines the rest, and an event
            // is a tenth cheaper.
            if (chunk.type() == FrameType.CHUNK) {
                format.chunk(to, chunk, number);
            } else {
                format.tool(to, chunk, number);
            }
        } catch (BadChunkException e) {
            onBadChunk(e);
            return;
        }
        if (pace != null) {
            pace.told(bytes);
        }
    }

    private void onBadChunk(BadChunkException e) {
        fail(e.failure(), EventFormat.LAST, End.ERROR);
        if (turn != null) {
            turn.cancel(CancelCause.ANSWER_REFUSED);
        }
    }

    /** Opens the stream if needed, and records the number of the event that is written next. */
    private SseStream streamFor(long number) {
        SseStream open = open();
        if (!hasWritten) {
            hasWritten = true;
            answer.reached(Phase.STREAMING);
            observer.onFirstEvent(answer, resumed != null, System.nanoTime() - startNanos);
        }
        lastNumber = number;
        return open;
    }

    @Override
    public void onTaken(long bytes) {
        if (turn != null) {
            turn.consumed(bytes);
        }
    }

    @Override
    public boolean agentHasCredit() {
        return turn != null && turn.hasCredit();
    }

    @Override
    public void onCutOff(CutOff why) {
        answer.failed(
                Problem.of(REQUEST_TIMEOUT, "The stream was cut off: " + why.message() + ".")
                        .member("code", why.code()));
        if (!over) {
            format.cutOff(streamFor(EventFormat.LAST), why.code(), why.message(), EventFormat.LAST);
            markEnded(why.end());
        }
        if (turn != null) {
            turn.cancel(why.cause());
        }
    }

    @Override
    public void onGoesOn() {
        if (turn != null) {
            TurnAnswers.endWithCaller(answer, turn, this::onDenied);
        }
    }

    /** The caller is not let in any more: it is told {@code why}, and the turn stops. */
    void onDenied(Problem why) {
        if (!over && canAnswerWithStatus()) {
            markEnded(End.ERROR);
            answer.problem(why);
        }
        onCutOff(CutOff.denied(why));
    }

    @Override
    public void onDone(long number) {
        if (over) {
            return;
        }
        if (has(number)) {
            endWithoutEvent(End.DONE);
        } else {
            format.done(streamFor(number), number);
            markEnded(End.DONE);
        }
    }

    /* The calls are events of this daemon, which are derived from the chunks. So they come after these, and before the
     * end. */
    @Override
    public void onDone(long number, ClientCalls calls) {
        if (over) {
            return;
        }
        long next = number;
        for (ClientCall call : calls.calls()) {
            if (!has(next)) {
                format.call(streamFor(next), Unpooled.wrappedBuffer(call.event()), next);
            }
            next++;
        }
        if (has(next)) {
            endWithoutEvent(End.DONE);
        } else {
            format.done(streamFor(next), calls, next);
            markEnded(End.DONE);
        }
    }

    /** Whether the client has had the event of that number before it resumed. */
    private boolean has(long number) {
        return resumed != null && number <= resumed.after();
    }

    /**
     * The client has every event. Without an open stream it gets 204. Otherwise the stream ends
     * without an event, and the client gets 204 when it resumes.
     */
    private void endWithoutEvent(End how) {
        if (events == null) {
            markEnded(how);
            answer.noContent();
        } else {
            events.end();
            markEnded(how);
        }
    }

    @Override
    public void onFailure(Failure failure) {
        if (over) {
            return;
        }
        switch (failure) {
            case Failure.ToolBlocked blocked -> endOfTurn(blocked, blocked.seq(), End.TOOL_BLOCKED);
            case Failure.AgentError error when !error.is(ErrorCode.TAKEN_OVER) ->
                    endOfTurn(error, error.seq(), End.ERROR);
            case Failure.BadAnswer bad -> endOfTurn(bad, 0, End.ERROR);
            case Failure.AgentError _,
                    Failure.Unreachable _,
                    Failure.LinkLost _,
                    Failure.TimedOut _,
                    Failure.Overloaded _,
                    Failure.OverMemory _,
                    Failure.TooLarge _ ->
                    endOfReading(failure);
        }
    }

    /** The turn may go on: a client that resumes after the last number gets what follows. */
    private void endOfReading(Failure failure) {
        if (canAnswerWithStatus()) {
            markEnded(End.ERROR);
            answer.failure(failure);
        } else {
            fail(failure, lastNumber, End.ERROR);
        }
    }

    /** Whether no stream has begun, and the client would see the problem that comes instead. */
    private boolean canAnswerWithStatus() {
        return events == null && (resumed == null || !resumed.eventsOnly());
    }

    /**
     * @param number of the failure in the turn; 0 where it has none
     */
    private void endOfTurn(Failure failure, long number, End how) {
        if (number > 0 && has(number)) {
            endWithoutEvent(how);
        } else if ((number == 0 || !format.isResumable()) && canAnswerWithStatus()) {
            markEnded(how);
            answer.failure(failure);
        } else {
            fail(failure, number > 0 ? number : EventFormat.LAST, how);
        }
    }

    private void fail(Failure failure, long number, End how) {
        answer.failed(Problem.of(failure));
        format.failed(streamFor(number), failure, number);
        markEnded(how);
    }

    @Override
    public void onCut() {
        if (over) {
            return;
        }
        if (canAnswerWithStatus()) {
            markEnded(End.ERROR);
            answer.problem(Admission.SHUTTING_DOWN);
        } else {
            String code = ErrorCode.DRAINING.wireName();
            answer.failed(Admission.SHUTTING_DOWN.member("code", code));
            format.cutOff(streamFor(lastNumber), code, SHUTTING_DOWN, lastNumber);
            markEnded(End.ERROR);
        }
    }

    /** Records the end. The caller or the format ends the stream itself. */
    private void markEnded(End how) {
        if (!over) {
            over = true;
            opening.cancel();
            if (pace != null) {
                pace.ended();
            }
            observer.onEnded(how, System.nanoTime() - startNanos);
        }
    }
}
