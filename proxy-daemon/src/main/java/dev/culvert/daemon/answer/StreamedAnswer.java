package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;

import dev.culvert.daemon.answer.StreamObserver.End;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.io.LazyTimer;
import dev.culvert.link.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request with a turn as a stream of events, or with a status while no event was written.
 * Confined to the client's event loop.
 */
/*
 * The number of an event is that of its frame; the end of the answer has the number after the last frame. What
 * this daemon itself has to say is not a part of the turn and gets the number of the last event, so that a client
 * that resumes after it misses nothing. Where nothing can ever follow, the number is LAST: a client that resumes
 * after LAST is told that the turn is over. Without it a browser would reconnect for ever.
 */
final class StreamedAnswer implements TurnListener, ClientPace.Listener {
    /** How long a client that resumes waits for its head: until then a status can answer it. */
    private static final Duration HEAD_DELAY = Duration.ofMillis(250);

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
    private long number;

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
        number = resumed == null ? 0 : resumed.after();
        opening = new LazyTimer(answer.eventLoop(), this::open);
        observer.onStarted();
    }

    /** Controls {@code begun} from now on; that turn may have ended already. */
    void reads(LiveTurn begun) {
        turn = begun;
        if (over || events != null) {
            return;
        }
        answer.onGone(() -> gone(resumed == null ? Duration.ZERO : settings.turns().resumeGrace()));
        if (resumed != null) {
            opening.expireAfter(HEAD_DELAY);
        }
    }

    private SseStream open() {
        opening.cancel();
        SseStream open = events;
        if (open == null) {
            open =
                    SseStream.open(
                            answer,
                            settings.keepalive(),
                            format,
                            () -> gone(settings.turns().resumeGrace()));
            events = open;
            pace = new ClientPace(settings.turns(), observer, open, answer.eventLoop(), this);
            format.begin(open, number);
        }
        return open;
    }

    private void gone(Duration grace) {
        if (turn != null) {
            turn.clientGone(grace);
        }
        close(End.CLIENT_GONE);
    }

    @Override
    public void onSent() {
        if (resumed == null) {
            open();
        }
    }

    @Override
    public void onChunk(Frame chunk, long place) {
        if (over) {
            return;
        }
        int bytes = chunk.payload().readableBytes();
        format.chunk(next(place), chunk, place);
        if (pace != null) {
            pace.told(bytes);
        }
    }

    /** Where to write the event with that number. */
    private SseStream next(long place) {
        SseStream open = open();
        if (!hasWritten) {
            hasWritten = true;
            observer.onFirstEvent(resumed != null, System.nanoTime() - startNanos);
        }
        number = place;
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
            format.cutOff(next(EventFormat.LAST), why.code(), why.message(), EventFormat.LAST);
            close(why.end());
        }
        if (turn != null) {
            turn.cancel(why.cause());
        }
    }

    @Override
    public void onDone(long place) {
        if (over) {
            return;
        }
        if (has(place)) {
            endOfNothing(End.DONE);
        } else {
            format.done(next(place), place);
            close(End.DONE);
        }
    }

    /** Whether the client has had the event of that number before it resumed. */
    private boolean has(long place) {
        return resumed != null && place <= resumed.after();
    }

    /** The client has all events. One whose stream has begun comes back, and gets the status. */
    private void endOfNothing(End how) {
        if (events == null) {
            close(how);
            answer.noContent();
        } else {
            events.end();
            close(how);
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
            close(End.ERROR);
            answer.failure(failure);
        } else {
            fail(failure, number, End.ERROR);
        }
    }

    /** Whether no stream has begun, and the client would see the problem that comes instead. */
    private boolean canAnswerWithStatus() {
        return events == null && (resumed == null || !resumed.eventsOnly());
    }

    /**
     * @param seq the number of the failure in the turn; 0 where it has none
     */
    private void endOfTurn(Failure failure, long seq, End how) {
        if (seq > 0 && has(seq)) {
            endOfNothing(how);
        } else if (seq == 0 && canAnswerWithStatus()) {
            close(how);
            answer.failure(failure);
        } else {
            fail(failure, seq > 0 ? seq : EventFormat.LAST, how);
        }
    }

    private void fail(Failure failure, long place, End how) {
        answer.failed(Problem.of(failure));
        format.failed(next(place), failure, place);
        close(how);
    }

    @Override
    public void onCut() {
        if (over) {
            return;
        }
        if (canAnswerWithStatus()) {
            close(End.ERROR);
            answer.problem(Admission.SHUTTING_DOWN);
        } else {
            String code = ErrorCode.DRAINING.wireName();
            answer.failed(Admission.SHUTTING_DOWN.member("code", code));
            format.cutOff(
                    next(number),
                    code,
                    "the daemon is shutting down and could not wait any longer",
                    number);
            close(End.ERROR);
        }
    }

    private void close(End how) {
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
