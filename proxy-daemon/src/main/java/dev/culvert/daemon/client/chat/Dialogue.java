package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Says something and reads the whole answer: as many turns as it takes, with the tools that run
 * here between them.
 */
final class Dialogue {
    /** So that a model that calls tools without end is noticed. */
    static final int MOST_ROUNDS = 100;

    /**
     * How an answer ended.
     *
     * @param code as the command would exit
     */
    record Ending(int code) {
        static final Ending DONE = new Ending(ExitCode.OK);
        static final Ending STOPPED = new Ending(ExitCode.INTERRUPTED);
        static final Ending FAILED = new Ending(ExitCode.FAILED);
    }

    private final String agent;
    private final Screen screen;
    private final Stopping stopping;
    private final Tools tools;
    private final TurnReader turns;

    /**
     * Who is asked, and how it is stopped.
     *
     * @param agent its id
     */
    record Partner(Api api, String agent, Stopping stopping) {}

    Dialogue(Partner partner, Screen screen, HostApprovals approvals, Tools tools) {
        this.agent = partner.agent();
        this.stopping = partner.stopping();
        this.screen = screen;
        this.tools = tools;
        turns = new TurnReader(partner, screen, approvals);
    }

    /**
     * Adds what is said and what is answered to the conversation. What came of an answer that was
     * stopped or failed stays in it, if there is anything.
     *
     * @param draft where the exchange is kept while it goes on
     * @throws IOException if there is no answer, or no more of it
     */
    Ending say(Conversation conversation, String text, Draft draft) throws IOException {
        conversation.user(text);
        return goOn(conversation, List.of(), draft);
    }

    /**
     * Goes on with the last message of the conversation, which is the user's.
     *
     * @param past what an earlier process got of its answer
     */
    Ending goOn(Conversation conversation, List<PastRound> past, Draft draft) throws IOException {
        int size = conversation.size();
        stopping.begin();
        try {
            return rounds(conversation, past.iterator(), draft);
        } finally {
            if (conversation.size() == size) { // nothing came of it
                conversation.backTo(size - 1);
            }
        }
    }

    /** The id of the last turn; empty before the first. */
    String turn() {
        return turns.turn();
    }

    private Ending rounds(Conversation conversation, Iterator<PastRound> past, Draft draft)
            throws IOException {
        Request request = whole(conversation);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            PastRound known = past.hasNext() ? past.next() : PastRound.NONE;
            Answer answer = new Answer();
            String turn = turn(request, known, conversation, answer, draft);
            boolean isStopped = stopping.isAsked();
            List<ToolCall> calls = answer.isDone() && !isStopped ? answer.calls() : List.of();
            if (!answer.text().isEmpty() || !calls.isEmpty()) {
                conversation.agent(answer.text(), calls);
            }
            if (isStopped) {
                return stopped();
            }
            if (calls.isEmpty()) {
                return answer.isDone() ? done(answer) : failed(answer);
            }
            List<ToolAnswer> results = run(turn, calls, known, draft);
            conversation.results(results);
            if (stopping.isAsked()) {
                return stopped();
            }
            request = next(turn, answer, results, conversation);
        }
        screen.note(
                "the agent called tools in %d rounds without an end: ask it again to let it go on"
                        .formatted(MOST_ROUNDS));
        return Ending.FAILED;
    }

    private String turn(
            Request request, PastRound known, Conversation conversation, Answer answer, Draft draft)
            throws IOException {
        try {
            return turns.read(request, () -> whole(conversation), known, answer, draft);
        } catch (IOException e) {
            if (!answer.text().isEmpty()) {
                conversation.agent(answer.text(), List.of());
            }
            throw e;
        }
    }

    private Request whole(Conversation conversation) throws BadValueException {
        return Request.post(
                "/api/v1/agents/" + Request.segment(agent) + "/stream",
                conversation.payload(tools.definitions(), tools.introduction()));
    }

    /* The conversation so far says all that the continuation does. The daemon gives none where that is too long. */
    private Request next(
            String turn, Answer answer, List<ToolAnswer> results, Conversation conversation)
            throws BadValueException {
        if (answer.continuation().isEmpty()) {
            return whole(conversation);
        }
        return Request.post(
                "/api/v1/turns/" + Request.segment(turn) + "/continue",
                Value.members(
                        "continuation",
                        answer.continuation(),
                        "tool_results",
                        Value.of(results.stream().map(ToolAnswer::value).toList())));
    }

    private List<ToolAnswer> run(String turn, List<ToolCall> calls, PastRound known, Draft draft) {
        List<ToolAnswer> results = new ArrayList<>();
        for (ToolCall call : calls) {
            ToolAnswer result = known.results().get(call.id());
            if (result == null) {
                result = run(turn, call, known.begun().contains(call.id()), draft);
                draft.result(result);
            }
            screen.trace("result " + What.of(result));
            results.add(result);
        }
        return results;
    }

    /**
     * @param hasBegun whether an earlier process has begun it: it may have done its work
     */
    private ToolAnswer run(String turn, ToolCall call, boolean hasBegun, Draft draft) {
        if (hasBegun) {
            return new ToolAnswer(
                    call.id(),
                    false,
                    "culvert chat ended while the tool ran; it is not known whether it did its work:"
                            + " look before you call it again");
        }
        if (stopping.isAsked()) {
            return new ToolAnswer(call.id(), false, "the user stopped it");
        }
        return tools.run(turn, call, () -> draft.begin(call));
    }

    private Ending stopped() {
        screen.note(stopping.sentence());
        return Ending.STOPPED;
    }

    private Ending done(Answer answer) {
        if (answer.end().text("finish_reason").equals("length")) {
            screen.note("the answer was cut: the model had no more tokens");
        }
        return Ending.DONE;
    }

    private Ending failed(Answer answer) {
        Value end = answer.end();
        if (answer.ending().isEmpty()) {
            screen.note("the answer was cut: no more of it is left");
            return Ending.FAILED;
        }
        screen.note(
                answer.ending().equals("tool_blocked")
                        ? "the agent may not use the tool %s: %s (tool_allowlist)"
                                .formatted(
                                        Quoted.word(end.text("tool_name")),
                                        Quoted.sentence(end.text("reason")))
                        : "the turn failed: %s (%s)"
                                .formatted(
                                        Quoted.sentence(end.text("message")),
                                        Quoted.word(end.text("code"))));
        return Ending.FAILED;
    }
}
