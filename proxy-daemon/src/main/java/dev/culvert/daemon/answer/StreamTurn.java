package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;

import dev.culvert.daemon.answer.StreamObserver.End;
import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.io.LazyTimer;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A turn that a client reads as a stream of events. Confined to its event loop. */
/*
 * The number of an event is that of the frame behind it; the end of an answer has the next one. What
 * this daemon has to say itself is no part of the turn and bears the number of the last event, so that
 * who comes back with it misses nothing. Where nothing can ever follow, the number is LAST, and who
 * comes back with that is told that it is over: a browser would come back for ever.
 */
public final class StreamTurn implements TurnListener, ClientPace.Listener {
    /** The largest number that there can be (framing.md). */
    public static final long LAST = (1L << 53) - 1;

    /** In place of the last event that the client has: it has none of this turn. */
    public static final long NEW = -1;

    private static final EventType CHUNK = EventType.of("chunk");
    private static final EventType TOOL_BLOCKED = EventType.of("tool_blocked");
    private static final EventType ERROR = EventType.of("error");
    private static final EventType DONE = EventType.of("done");
    private static final ByteBuf EMPTY_OBJECT =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(AsciiString.of("{}").array()));

    /** How long a client that comes back waits to hear whether its turn is known. */
    private static final Duration HEAD_DELAY = Duration.ofMillis(250);

    private final Answer responder;
    private final StreamObserver observer;
    private final TurnSettings settings;
    private final Duration keepalive;
    private final EventIds ids;
    private final long after;
    private final boolean readsEvents;
    private final long startNanos = System.nanoTime();
    private final LazyTimer opening;
    private @Nullable LiveTurn turn;
    private @Nullable SseStream events;
    private @Nullable ClientPace pace;
    private long number;
    private boolean over;

    /**
     * @param after the last event that the client has, or {@link #NEW}
     * @param readsEvents whether the client understands nothing but a stream of events
     */
    public StreamTurn(
            String id,
            long after,
            boolean readsEvents,
            Answer responder,
            TurnSettings settings,
            Duration keepalive,
            StreamObserver observer) {
        this.responder = responder;
        this.observer = observer;
        this.after = after;
        this.readsEvents = readsEvents;
        this.settings = settings;
        this.keepalive = keepalive;
        ids = EventIds.of(id);
        number = Math.max(0, after);
        opening = new LazyTimer(responder.eventLoop(), this::open);
        responder.about(id);
        observer.onStarted();
    }

    /** The turn that it shows, which may have told everything already. */
    public void reads(LiveTurn begun) {
        turn = begun;
        if (over || events != null) {
            return;
        }
        responder.onGone(() -> gone(isResumed() ? settings.resumeGrace() : Duration.ZERO));
        if (isResumed()) {
            opening.expireAfter(HEAD_DELAY);
        }
    }

    private boolean isResumed() {
        return after != NEW;
    }

    private SseStream open() {
        opening.cancel();
        SseStream open = events;
        if (open == null) {
            open = SseStream.open(responder, keepalive, () -> gone(settings.resumeGrace()));
            events = open;
            pace = new ClientPace(settings, observer, open, responder.eventLoop(), this);
            open.begin(ids, number);
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
        if (!isResumed()) {
            open();
        }
    }

    @Override
    public void onChunk(Frame chunk, long place) {
        if (over) {
            return;
        }
        SseStream open = open();
        int bytes = chunk.payload().readableBytes();
        tell(open, CHUNK, place, chunk.payload());
        if (pace != null) {
            pace.told(bytes);
        }
    }

    @Override
    public void onTaken(long bytes) {
        if (turn != null) {
            turn.consumed(bytes);
        }
    }

    @Override
    public void onTooSlow(String why) {
        cutOff(
                "slow_consumer",
                "the client does not read: " + why,
                End.SLOW_CONSUMER,
                CancelCause.SLOW_CONSUMER);
    }

    @Override
    public void onTooMuch(long withoutCredit) {
        String limit =
                "over %d bytes wait for it (turns.max_unsent_bytes)"
                        .formatted(settings.maxUnsentBytes());
        if (turn != null && turn.hasCredit()) {
            cutOff(
                    "credit_ignored",
                    "the agent sent %d bytes without having credit for them, and the client cannot take them so fast: %s"
                            .formatted(withoutCredit, limit),
                    End.ERROR,
                    CancelCause.CREDIT_IGNORED);
        } else {
            onTooSlow(limit);
        }
    }

    private void cutOff(String code, String message, End how, CancelCause cause) {
        responder.failed(
                Problem.of(REQUEST_TIMEOUT, "The stream was cut off: " + message + ".")
                        .member("code", code));
        end(how, ERROR, LAST, error(code, message));
        if (turn != null) {
            turn.cancel(cause);
        }
    }

    @Override
    public void onDone(long place) {
        if (place <= after) {
            endOfNothing(End.DONE);
        } else {
            end(End.DONE, DONE, place, EMPTY_OBJECT.duplicate());
        }
    }

    /** The client has all of it. Who was answered already comes back, and hears of it then. */
    private void endOfNothing(End how) {
        if (over) {
            return;
        }
        if (events == null) {
            close(how);
            responder.noContent();
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
            case Failure.ToolBlocked blocked ->
                    endOfAgent(
                            blocked,
                            blocked.seq(),
                            End.TOOL_BLOCKED,
                            TOOL_BLOCKED,
                            Json.object(json -> {
                                json.writeStringField("tool_name", blocked.toolName());
                                json.writeStringField("reason", blocked.reason());
                            }));
            case Failure.AgentError error when !error.is(ErrorCode.TAKEN_OVER) ->
                    endOfAgent(error, error.seq(), End.ERROR, ERROR, error(error));
            case Failure.BadAnswer bad ->
                    endOfAgent(bad, 0, End.ERROR, ERROR, error(bad.code(), bad.message()));
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

    /** The turn may go on, and who comes back with the last number gets what follows. */
    private void endOfReading(Failure failure) {
        if (mayAnswerOtherwise()) {
            close(End.ERROR);
            responder.failure(failure);
        } else {
            responder.failed(Problem.of(failure));
            end(End.ERROR, ERROR, number, error(failure.code(), failure.message()));
        }
    }

    /** Whether a status can still say it, to a client that would look at one. */
    private boolean mayAnswerOtherwise() {
        return events == null && !(isResumed() && readsEvents);
    }

    /** Takes ownership of {@code data}. */
    private void endOfAgent(Failure failure, long seq, End how, EventType type, ByteBuf data) {
        if (seq > 0 && seq <= after) {
            data.release();
            endOfNothing(how);
        } else if (seq == 0 && mayAnswerOtherwise()) {
            data.release();
            close(how);
            responder.failure(failure);
        } else {
            responder.failed(Problem.of(failure));
            end(how, type, seq > 0 ? seq : LAST, data);
        }
    }

    @Override
    public void onCut() {
        if (over) {
            return;
        }
        if (mayAnswerOtherwise()) {
            close(End.ERROR);
            responder.problem(Admission.SHUTTING_DOWN);
        } else {
            responder.failed(Admission.SHUTTING_DOWN.member("code", "draining"));
            end(
                    End.ERROR,
                    ERROR,
                    number,
                    error(
                            ErrorCode.DRAINING.wireName(),
                            "the daemon is shutting down and could not wait any longer"));
        }
    }

    /** Takes ownership of {@code data}. */
    private void end(End how, EventType type, long place, ByteBuf data) {
        if (!over) {
            SseStream open = open();
            tell(open, type, place, data);
            open.end();
            close(how);
        }
        data.release();
    }

    /** Borrows {@code data}. */
    private void tell(SseStream to, EventType type, long place, ByteBuf data) {
        if (number == Math.max(0, after)) {
            observer.onFirstEvent(isResumed(), System.nanoTime() - startNanos);
        }
        number = place;
        to.event(type, ids, place, data);
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

    private static ByteBuf error(Failure.AgentError error) {
        return Json.object(json -> {
            json.writeStringField("code", error.code());
            json.writeStringField("message", error.message());
            if (error.status() > 0) {
                json.writeNumberField("runtime_status", error.status());
            }
            if (error.retryAfterSeconds() > 0) {
                json.writeNumberField("retry_after", error.retryAfterSeconds());
            }
        });
    }

    private static ByteBuf error(String code, String message) {
        return Json.object(json -> {
            json.writeStringField("code", code);
            json.writeStringField("message", message);
        });
    }
}
