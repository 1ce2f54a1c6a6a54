package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.TurnStream;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Reads turns to their ends, over as many connections as it takes, and shows what they say. */
final class TurnReader {
    /** A continuation that is too old, and one whose conversation has become too long for it. */
    private static final Set<Integer> WITHOUT_CONTINUATION = Set.of(410, 413);

    private final Api api;
    private final String agent;
    private final Stopping stopping;
    private final Screen screen;
    private final HostApprovals approvals;
    private String last = "";
    private boolean withKeys = true;

    TurnReader(Dialogue.Partner partner, Screen screen, HostApprovals approvals) {
        this.api = partner.api();
        this.agent = partner.agent();
        this.stopping = partner.stopping();
        this.screen = screen;
        this.approvals = approvals;
    }

    /** Makes a request that has the whole conversation. */
    interface Whole {
        Request make() throws BadValueException;
    }

    /** The id of the last turn; empty before the first. */
    String turn() {
        return last;
    }

    /**
     * Sends the request, reads the turn and returns its id. Where a turn cannot go on, the
     * conversation can, and no tool runs again for that.
     *
     * @param known what an earlier process got of it
     */
    String read(Request request, Whole whole, PastRound known, Answer answer, Draft draft)
            throws IOException {
        if (known.lastId().isEmpty()) {
            boolean wasSentWhole = !known.key().isEmpty() && known.isWhole();
            Request same = wasSentWhole ? whole.make() : request;
            return send(same, whole, known.key(), answer, draft);
        }
        last = known.turn();
        repeat(known, answer);
        return answer.ending().isEmpty()
                ? read(loss -> TurnStream.resuming(api, known.lastId(), loss), answer, draft)
                : last;
    }

    /* An approval that nobody has decided yet is asked about again: the stream does not tell of it twice. */
    private void repeat(PastRound known, Answer answer) throws IOException {
        Map<String, Value> waiting = new LinkedHashMap<>();
        for (Event event : known.events()) {
            Value data = Value.parse(event.data());
            switch (event.type()) {
                case "approval" -> waiting.put(data.text("call_id"), data);
                case "tool_result" -> waiting.remove(data.text("call_id"));
                default -> {
                    // says nothing of approvals
                }
            }
            take(event, data, answer);
        }
        if (answer.ending().isEmpty()) {
            for (Value approval : waiting.values()) {
                approvals.ask(agent, last, approval);
            }
        }
    }

    /* A request that may have been taken is only ever repeated with its key, so that it is the same turn again and not a
     * second one. */
    private String send(Request request, Whole whole, String key, Answer answer, Draft draft)
            throws IOException {
        Repetition repetition = new Repetition(isContinuing(request));
        Request next = keyed(request, key, draft);
        while (true) {
            try {
                Request asked = withKeys ? next : Repetition.withoutKey(next);
                String turn = read(loss -> stream(asked, loss), answer, draft);
                if (!withKeys || !answer.isOnly(Repetition.WITHOUT_KEYS)) {
                    return turn;
                }
                withKeys = false;
                answer.reopen();
            } catch (ProblemException e) {
                if (withKeys && e.code().equals(Repetition.WITHOUT_KEYS)) {
                    withKeys = false;
                } else if (isContinuing(next) && WITHOUT_CONTINUATION.contains(e.status())) {
                    screen.trace(
                            "the turn cannot go on, so the conversation is sent again: "
                                    + e.getMessage());
                    next = keyed(whole.make(), "", draft);
                } else {
                    throw e;
                }
            } catch (IOException e) {
                if (!answer.isEmpty() || !repetition.isLeft(e, withKeys)) {
                    throw e;
                }
                screen.note("the message is sent again soon, because " + e.getMessage());
                repetition.pause(stopping::isAsked);
                if (stopping.isAsked()) {
                    return "";
                }
            }
        }
    }

    /**
     * @param key empty for a new one
     */
    private static Request keyed(Request request, String key, Draft draft) {
        String known = key.isEmpty() ? Repetition.newKey() : key;
        draft.request(!isContinuing(request), known);
        return Repetition.keyed(request, known);
    }

    private static boolean isContinuing(Request request) {
        return request.path().endsWith("/continue");
    }

    private TurnStream stream(Request request, Consumer<IOException> onLoss) {
        return new TurnStream(api, request, TurnStream.Resuming.USUAL, onLoss);
    }

    /** Makes a stream that tells of lost connections. */
    private interface Opening {
        TurnStream open(Consumer<IOException> onLoss);
    }

    private String read(Opening opening, Answer answer, Draft draft) throws IOException {
        try (TurnStream turn =
                opening.open(loss ->
                        screen.note(
                                "the connection was lost (%s): resuming"
                                        .formatted(loss.getMessage())))) {
            if (!stopping.begin(turn)) {
                return "";
            }
            for (Event event = turn.next(); event != null; event = turn.next()) {
                last = turn.turn();
                draft.event(event);
                Value data = Value.parse(event.data());
                take(event, data, answer);
                if (event.type().equals("approval")) {
                    approvals.ask(agent, last, data);
                }
            }
            return last;
        } catch (IOException e) {
            if (!stopping.isAsked()) {
                throw e;
            }
            return "";
        } finally {
            stopping.end();
            screen.endAnswer();
        }
    }

    private void take(Event event, Value data, Answer answer) throws IOException {
        screen.event(event, data);
        switch (event.type()) {
            case "chunk" -> {
                screen.answer(data.text("content"));
                if (answer.text(data.text("content"))) {
                    screen.note(
                            "the answer is longer than %d characters: what follows does not stay in the conversation"
                                    .formatted(Answer.MOST_CHARS));
                }
                if (screen.isBroken()) {
                    stopping.stop();
                }
            }
            case "tool_call" -> {
                ToolCall call = ToolCall.of(data);
                screen.trace("call " + What.of(call));
                if (!answer.call(call) && !stopping.isAsked()) {
                    screen.note(
                            "the turn is stopped, because the agent called more than %d tools at once, or with more than %d characters"
                                    .formatted(Answer.MOST_CALLS, Answer.MOST_CALL_CHARS));
                    stopping.stop();
                }
            }
            case "tool_result" -> {
                answer.result(data);
                screen.trace("result " + What.ofResult(data));
            }
            case "done", "error", "tool_blocked" -> answer.end(event.type(), data);
            default -> {
                // what this version does not know
            }
        }
    }
}
