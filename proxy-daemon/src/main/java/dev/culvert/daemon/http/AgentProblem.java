package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.GATEWAY_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;
import static io.netty.handler.codec.http.HttpResponseStatus.UNPROCESSABLE_ENTITY;

import dev.culvert.frame.ErrorCode;
import dev.culvert.link.Failure.AgentError;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;

/**
 * What a client is told about an agent's error (errors.md). A client's mistake is a 4xx even if the
 * agent found it; a failure of the agent or its runtime is a 5xx.
 *
 * @param opening the words before the agent's message
 * @param advice the words after it
 */
record AgentProblem(HttpResponseStatus status, String opening, String advice) {
    /** What another client did to the turn. */
    private static final Set<String> OTHERS_WISH = Set.of("cancelled", "taken_over");

    private static final String NOT_READ = "The turn cannot be read: ";
    private static final String ANEW = "Send the message again, if it may run twice.";
    private static final String LATER = "Try again later.";

    static Problem of(AgentError error) {
        AgentProblem words = words(error);
        Problem problem =
                Problem.of(words.status, words.opening + Problem.sentence(error.message()))
                        .advising(words.advice)
                        .member("agent_message", error.message())
                        .blamedOn(words.isOfTheClient(error) ? Blame.CLIENT : Blame.AGENT);
        if (error.status() > 0) {
            problem = problem.member("runtime_status", error.status());
        }
        return error.retryAfterSeconds() > 0
                ? problem.retryAfter(error.retryAfterSeconds())
                : problem;
    }

    private boolean isOfTheClient(AgentError error) {
        return status.equals(UNPROCESSABLE_ENTITY)
                || status.equals(REQUEST_ENTITY_TOO_LARGE)
                || status.equals(NOT_FOUND)
                || OTHERS_WISH.contains(error.code());
    }

    /* The daemon itself uses some of these codes, without asking an agent. */
    private static AgentProblem words(AgentError error) {
        if (error.is(ErrorCode.RUNTIME_ERROR) && error.status() == TOO_MANY_REQUESTS.code()) {
            return new AgentProblem(TOO_MANY_REQUESTS, "The agent's runtime is busy: ", LATER);
        }
        return switch (error.code()) {
            case "invalid_message", "invalid_payload" ->
                    new AgentProblem(
                            UNPROCESSABLE_ENTITY,
                            "The agent cannot accept the request: ",
                            "Correct it and send it again.");
            case "message_too_large" ->
                    new AgentProblem(
                            REQUEST_ENTITY_TOO_LARGE,
                            "The request is too large for the agent: ",
                            "Send less, or raise that limit of the agent.");
            case "id_reused" ->
                    new AgentProblem(
                            UNPROCESSABLE_ENTITY,
                            "The Idempotency-Key belongs to another message: ",
                            "Use another key, or repeat the first message unchanged.");
            case "unknown_turn" -> new AgentProblem(GONE, NOT_READ, ANEW);
            case "log_truncated" -> new AgentProblem(CONFLICT, NOT_READ, ANEW);
            case "taken_over" ->
                    new AgentProblem(
                            CONFLICT, NOT_READ, "Leave it to that request, or take it back.");
            case "cancelled" ->
                    new AgentProblem(CONFLICT, "The turn was stopped before its end: ", ANEW);
            case "cannot_cancel" ->
                    new AgentProblem(
                            CONFLICT,
                            "The turn cannot be stopped: ",
                            "Wait for its end, or restart the agent.");
            case "cannot_join" ->
                    new AgentProblem(
                            NOT_IMPLEMENTED,
                            "The Idempotency-Key cannot be honoured: ",
                            "Send the message without a key.");
            case "overloaded" -> new AgentProblem(TOO_MANY_REQUESTS, "The agent is busy: ", LATER);
            case "draining", "quiesced" ->
                    new AgentProblem(SERVICE_UNAVAILABLE, "This cannot be answered now: ", LATER);
            case "no_responder" ->
                    new AgentProblem(
                            NOT_FOUND,
                            "Nobody replies: ",
                            "Start a program that does, or check the subject.");
            case "responder_error" ->
                    new AgentProblem(
                            BAD_GATEWAY,
                            "The program in the agent's VM gave no reply: ",
                            "Its own log may say more.");
            case "responder_timeout" ->
                    new AgentProblem(
                            GATEWAY_TIMEOUT, "Nobody replied in time: ", "Try again later.");
            case "runtime_timeout" -> failed(GATEWAY_TIMEOUT, error);
            default -> failed(BAD_GATEWAY, error);
        };
    }

    private static AgentProblem failed(HttpResponseStatus status, AgentError error) {
        return new AgentProblem(
                status,
                "The agent answered with an error: ",
                "Its code is '" + error.code() + "'.");
    }
}
