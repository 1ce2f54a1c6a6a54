package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /v1/responses/{id}}: a kept response, as it is now or as its events; or forgets it. */
final class ResponseRoute implements Route {
    private final TurnAnswers answers;
    private final KeptResponses responses;

    ResponseRoute(TurnAnswers answers, KeptResponses responses) {
        this.answers = answers;
        this.responses = responses;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/responses/{response}");
    }

    @Override
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_AGENTS : Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        KeptResponse response = responses.get(request.parameter("response"), request.caller());
        BackgroundTurn turn = response.turn();
        if (request.method().equals(HttpMethod.DELETE)) {
            Runnable delete =
                    () ->
                            responses.delete(
                                    response,
                                    answer.eventLoop(),
                                    failure -> deleted(response, answer, failure));
            if (turn == null) {
                delete.run();
            } else {
                turn.stop(answer.eventLoop(), delete);
            }
        } else if ("true".equals(request.query("stream"))) {
            stream(request, answer, response, turn);
        } else {
            response.nameTurn(answer);
            answer.json(OK, response.json());
        }
    }

    private static void deleted(
            KeptResponse response, Answer answer, @Nullable IOException failure) {
        if (!answer.isOpen()) {
            return;
        }
        if (failure == null) {
            answer.json(
                    OK,
                    Unpooled.copiedBuffer(
                            "{\"id\":\""
                                    + response.id()
                                    + "\",\"object\":\"response\",\"deleted\":true}",
                            US_ASCII));
        } else if (failure instanceof StoreWait.TooLongException) {
            answer.problem(
                    Problem.of(
                            SERVICE_UNAVAILABLE,
                            "The response is gone here, but it is still stored, and a restart before the disk answers brings it back: %s."
                                    .formatted(failure.getMessage())));
        } else {
            answer.problem(
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "The response cannot be removed from the database, so a restart may bring it back: %s. Then send it again."
                                    .formatted(Quoted.message(failure))));
        }
    }

    private void stream(
            Request request, Answer answer, KeptResponse response, @Nullable BackgroundTurn turn) {
        if (turn == null) {
            throw OpenAiProblems.invalid(
                    "stream",
                    "Only a response that was begun with \"background\":true can be streamed"
                            + " again: leave 'stream' out to get it whole.");
        }
        AnswerMemory memory =
                new AnswerMemory(
                        answer::client, null, answer.eventLoop(), answers.maxAnswerBytes());
        long after = after(request);
        response.nameTurn(answer);
        ReplayedResponse.begin(turn, after, answer, memory, answers);
    }

    private static long after(Request request) {
        String after = request.query("starting_after");
        if (after == null) {
            return -1;
        }
        if (!after.matches("[0-9]{1,15}")) {
            throw OpenAiProblems.invalid(
                    "starting_after",
                    "'starting_after' must be the sequence_number of an event, a whole number.");
        }
        return Long.parseLong(after);
    }
}
