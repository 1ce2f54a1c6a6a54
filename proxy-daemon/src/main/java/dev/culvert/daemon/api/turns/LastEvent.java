package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.answer.EventFormat;
import dev.culvert.daemon.answer.Following;
import dev.culvert.daemon.answer.ResumePoint;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sse.EventIds;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The last event of a turn that a client has, as the {@code id} of the event names it. */
record LastEvent(String turn, long number) {
    /**
     * Reads the header {@code Last-Event-ID}; null if the request has none.
     *
     * @throws ProblemException when it is not the id of an event
     */
    static @Nullable LastEvent of(Request request) {
        String text = request.header(Header.LAST_EVENT_ID);
        if (text == null || text.isEmpty()) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || !EventIds.isPrefix(text.substring(0, colon))) {
            throw bad("The header 'last-event-id' must be the id of an event, TURN:SEQ.");
        }
        return new LastEvent(
                text.substring(0, colon),
                number("header 'last-event-id'", text.substring(colon + 1)));
    }

    /** The turn that the header {@code Last-Event-ID} names; null if it names none. */
    static @Nullable String turnOf(Head head) {
        String text = head.first(Header.LAST_EVENT_ID);
        int colon = text == null ? -1 : text.lastIndexOf(':');
        return text == null || colon <= 0 ? null : text.substring(0, colon);
    }

    /** Answers with what follows this event. */
    void resume(TurnAnswers answers, Following following, Request request, Answer answer) {
        if (number < EventFormat.LAST && !EventIds.isPrefix(turn)) {
            answer.failure(TurnAnswers.UNKNOWN); // no event can have such an id
        } else {
            ResumePoint point = new ResumePoint(number, readsEvents(request));
            answers.resume(request, answer, turn, point, CulvertEvents::new, following);
        }
    }

    /** Answers with what follows this event, and leaves the turn to its reader. */
    void watch(TurnAnswers answers, Following following, Request request, Answer answer) {
        if (number < EventFormat.LAST && !EventIds.isPrefix(turn)) {
            answer.failure(TurnAnswers.UNKNOWN); // no event can have such an id
        } else {
            ResumePoint point = new ResumePoint(number, readsEvents(request));
            answers.watch(request, answer, turn, point, CulvertEvents::new, following);
        }
    }

    /** The query parameter {@code after}; 0 by default, which means the whole turn. */
    static long after(Request request) {
        String text = request.query("after");
        return text == null ? 0 : number("query parameter 'after'", text);
    }

    /** Whether the client accepts only events, and would show a problem to nobody. */
    static boolean readsEvents(Request request) {
        String accept = request.header(Header.ACCEPT);
        return accept != null
                && accept.toLowerCase(Locale.ROOT).strip().startsWith("text/event-stream");
    }

    private static long number(String where, String text) {
        if (text.matches("[0-9]{1,16}")) {
            long number = Long.parseLong(text);
            if (number <= EventFormat.LAST) {
                return number;
            }
        }
        throw bad("The %s takes a number from 0 to %d.".formatted(where, EventFormat.LAST));
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
