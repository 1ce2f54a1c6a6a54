package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /v1/responses/{id}/cancel}: stops a response that runs in the background. */
final class CancelRoute implements Route {
    private final KeptResponses responses;

    CancelRoute(KeptResponses responses) {
        this.responses = responses;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/responses/{response}/cancel");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        KeptResponse response = responses.get(request.parameter("response"), request.caller());
        BackgroundTurn turn = response.turn();
        if (turn == null) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The response was not begun with \"background\":true: to stop it,"
                                    + " close the connection on which it comes."));
        }
        turn.stop(
                answer.eventLoop(),
                () -> {
                    if (answer.isOpen()) {
                        response.nameTurn(answer);
                        answer.json(OK, response.json());
                    }
                });
    }
}
