package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.front.responses.BackgroundTurn.Portion;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.io.LazyTimer;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Streams a response that runs in the background, or did: what came before, then what comes.
 * Confined to its client's event loop.
 */
/* It asks for the next portion when its client has taken the last one, so at most one waits here. */
final class ReplayedResponse {
    private final BackgroundTurn turn;
    private final ResponseEvents events;
    private final Answer answer;
    private final Duration stallTimeout;
    private final LazyTimer stall;
    private @Nullable SseStream stream;
    private int from;

    ReplayedResponse(
            BackgroundTurn turn, ResponseEvents events, Answer answer, Duration stallTimeout) {
        this.turn = turn;
        this.events = events;
        this.answer = answer;
        this.stallTimeout = stallTimeout;
        stall = new LazyTimer(answer.eventLoop(), this::isStalled);
    }

    /** Answers with the events of a kept response after the one with that number. */
    static void begin(
            BackgroundTurn turn, long after, Answer answer, AnswerMemory memory, TurnAnswers now) {
        ResponseEvents events =
                new ResponseEvents(turn.kept().response(), memory, answer.allocator(), null)
                        .startingAfter(after);
        ReplayedResponse replayed = new ReplayedResponse(turn, events, answer, now.stallTimeout());
        SseStream opened =
                SseStream.open(
                        answer,
                        now.keepalive(),
                        events,
                        () -> {
                            events.gone();
                            replayed.stall.cancel();
                        });
        replayed.stream = opened;
        events.begin(opened, 0);
        replayed.next();
    }

    private void next() {
        turn.read(from, answer.eventLoop(), this::took);
    }

    private void took(Portion portion) {
        SseStream to = stream;
        if (to == null || !to.isOpen()) {
            return;
        }
        try {
            read(portion.chunks());
        } catch (BadChunkException e) { // no memory is left for what the last event repeats
            Problem why = Problem.of(e.failure());
            answer.failed(why);
            events.abort(to, why, Outcome.failed(why));
            return;
        }
        from = portion.end();
        Problem failure = portion.failure();
        if (portion.isLast() && failure != null) {
            answer.failed(failure);
            events.abort(to, failure, turn.kept().outcome());
        } else if (portion.isLast()) {
            events.done(to, 0);
        } else {
            stall.expireAfter(stallTimeout);
            to.whenSent(() -> {
                stall.disarm();
                next();
            });
        }
    }

    private void read(ByteBuf chunks) {
        while (chunks.isReadable()) {
            int length = chunks.readInt();
            boolean isLast = chunks.readBoolean();
            ByteBuf payload = chunks.readSlice(length);
            events.read(payload, new JsonMembers(payload, JsonMembers.find(payload)), isLast);
        }
    }

    private void isStalled() {
        if (stream != null) {
            stream.abort();
            events.gone();
        }
    }
}
