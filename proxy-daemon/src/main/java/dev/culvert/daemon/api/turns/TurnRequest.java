package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.answer.StreamTurn;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.turn.Origin;
import dev.culvert.daemon.turn.TurnIds;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.frame.ErrorCode;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** What requests say of turns: which one they mean, and where in it they are. */
final class TurnRequest {
    private static final int MAX_KEY_CHARS = 255;

    /** There can be no turn of that id. */
    static final Failure UNKNOWN =
            new Failure.AgentError(
                    ErrorCode.UNKNOWN_TURN.wireName(),
                    "no turn of that id can be known here: it was begun elsewhere, or its agent is"
                            + " gone");

    /** Where a client is in a turn: an event's {@code id}. */
    record Place(String turn, long number) {}

    private TurnRequest() {}

    /**
     * The turn that the request begins, or repeats.
     *
     * @param message borrowed
     * @param told whether its client learns the id
     */
    static Origin begun(Turns turns, Agent agent, Request request, ByteBuf message, boolean told) {
        String key = request.header(Header.IDEMPOTENCY_KEY);
        if (key != null
                && (key.isEmpty()
                        || key.length() > MAX_KEY_CHARS
                        || key.chars().anyMatch(c -> c < ' ' || c > '~'))) {
            throw bad(
                    "The header 'idempotency-key' takes 1 to %d visible characters of ASCII."
                            .formatted(MAX_KEY_CHARS));
        }
        boolean isAddressed = told || key != null;
        return new Origin(
                id(turns.ids(), agent, key, told),
                agent,
                key != null,
                key == null ? 0 : fingerprint(message),
                isAddressed ? request.id() : "",
                request.traceParent());
    }

    /**
     * Never 0. Tells a message from another by mistake, not from one that was made to look alike.
     */
    private static long fingerprint(ByteBuf message) {
        CRC32C sum = new CRC32C();
        sum.update(message.nioBuffer());
        return (long) message.readableBytes() << Integer.SIZE | sum.getValue();
    }

    private static String id(TurnIds ids, Agent agent, @Nullable String key, boolean told) {
        if (key != null) {
            return ids.mint(agent, key);
        }
        return told ? ids.mint(agent) : ids.unaddressed(agent);
    }

    /** The turn that the request goes on with; null where there can be none of that id. */
    static @Nullable Origin known(Turns turns, Request request, String id) {
        Agent agent = turns.agentOf(id);
        return agent == null
                ? null
                : new Origin(id, agent, true, 0, request.id(), request.traceParent());
    }

    /** The last event that the client has seen; null where it does not say. */
    static @Nullable Place lastEvent(Request request) {
        String text = request.header(Header.LAST_EVENT_ID);
        if (text == null || text.isEmpty()) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || !EventIds.isPrefix(text.substring(0, colon))) {
            throw bad("The header 'last-event-id' is to be the id of an event, TURN:SEQ.");
        }
        return new Place(
                text.substring(0, colon),
                number("header 'last-event-id'", text.substring(colon + 1)));
    }

    /** The query parameter {@code after}; 0, which is the whole turn, where there is none. */
    static long after(Request request) {
        String text = request.query("after");
        return text == null ? 0 : number("query parameter 'after'", text);
    }

    /** Whether the client takes nothing but events, and would not show a problem to anyone. */
    static boolean readsEvents(Request request) {
        String accept = request.header(Header.ACCEPT);
        return accept != null
                && accept.toLowerCase(Locale.ROOT).strip().startsWith("text/event-stream");
    }

    private static long number(String where, String text) {
        if (text.matches("[0-9]{1,16}")) {
            long number = Long.parseLong(text);
            if (number <= StreamTurn.LAST) {
                return number;
            }
        }
        throw bad("The %s has no number from 0 to %d.".formatted(where, StreamTurn.LAST));
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
