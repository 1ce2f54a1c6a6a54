package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.turn.TurnRequest;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.TimeUnit;

/**
 * A call of {@code ask} that comes back after the client's user was asked about an approval:
 * decides and answers with the same turn. Confined to the event loop of its answer.
 */
final class AskedAgain {
    /** The path of an approval without its id. */
    static final String APPROVALS = "/api/v1/approvals/";

    /** Enough for what the route answers: the approval, with its arguments. */
    static final int MOST_ANSWER_BYTES = 4 * 1024 * 1024;

    /** The agent tells the client's turn of its question, and then the daemon. */
    static final int MOST_ATTEMPTS = 10;

    static final long PAUSE_MILLIS = 200;

    /** Makes the answer of the turn. */
    interface Formats {
        /**
         * That of this agent.
         *
         * @param after the number of the last frame that the client was told of before
         */
        AskAnswer of(Agent agent, long after);
    }

    private final TurnAnswers answers;
    private final Request request;
    private final RpcAnswer answer;
    private final Formats formats;

    AskedAgain(TurnAnswers answers, Request request, RpcAnswer answer, Formats formats) {
        this.answers = answers;
        this.request = request;
        this.answer = answer;
        this.formats = formats;
    }

    void goOn(ApprovalReply reply) {
        TurnRequest turn = answers.known(request, reply.turn());
        if (turn == null) {
            answer.toolFailed(
                    "The turn of this call is not known here: its agent is gone, or is not yours."
                            + " Call 'ask' without 'requestState' to begin another one.");
            return;
        }
        answer.isOfTurn(turn.id());
        switch (reply.choice()) {
            case ALLOWED, DENIED -> decide(turn, reply, 1);
            case LEFT_OPEN ->
                    answer.toolFailed(
                            "Nobody has decided, so the agent still waits. Decide on the page Approvals of the dashboard or with culvert approvals (%s), and then read the resource %s."
                                    .formatted(reply.approval(), ResourceUri.answer(turn.id())));
            case NOT_ASKED -> readOn(turn, reply.number() - 1);
        }
    }

    /** Decides as any other request would: with the caller's rights, recorded, and once. */
    private void decide(TurnRequest turn, ApprovalReply reply, int attempt) {
        InnerCall deciding =
                InnerCall.begin(
                        request,
                        answer.inner(),
                        POST,
                        APPROVALS + reply.approval(),
                        reply.decision(),
                        new InnerCall.Expected(
                                MOST_ANSWER_BYTES,
                                (status, _, _, body) ->
                                        onDecided(turn, reply, attempt, status, body)));
        answer.onGone(deciding::cancel);
    }

    private void onDecided(
            TurnRequest turn,
            ApprovalReply reply,
            int attempt,
            HttpResponseStatus status,
            ByteBuf body) {
        if (status.equals(NOT_FOUND) && attempt < MOST_ATTEMPTS) {
            answer.eventLoop()
                    .schedule(
                            () -> ifOpen(() -> decide(turn, reply, attempt + 1)),
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
        } else if (isDecided(status)) {
            // Not at once: the call that decided has to be over before another one begins.
            answer.eventLoop().execute(() -> ifOpen(() -> readOn(turn, reply.number())));
        } else {
            String refusal = Inner.error(status, body);
            ifOpen(() -> answer.toolFailed(refusal));
        }
    }

    private void ifOpen(Runnable action) {
        if (answer.isOpen()) {
            action.run();
        }
    }

    /** By this caller, or by somebody who was faster, or by the clock: the turn goes on. */
    private static boolean isDecided(HttpResponseStatus status) {
        return status.equals(OK) || status.equals(CONFLICT) || status.equals(GONE);
    }

    private void readOn(TurnRequest turn, long after) {
        try {
            answers.again(request, answer, turn, formats.of(turn.agent(), after));
        } catch (ProblemException e) {
            answer.problem(e.problem());
        }
    }
}
