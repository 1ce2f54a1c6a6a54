package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /turns/{turn}/stream}: streams a turn from where the client was. */
public final class ResumeRoute implements Route {
    private final TurnAnswers answers;

    public ResumeRoute(TurnAnswers answers) {
        this.answers = answers;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns/{turn}/stream");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    /** GET takes the turn over from its reader; HEAD must not. */
    @Override
    public boolean answersHead() {
        return false;
    }

    /** A browser reconnects to the same URL: the header tells where it is now. */
    @Override
    public void handle(Request request, Answer answer) {
        String turn = request.parameter("turn");
        LastEvent last = LastEvent.of(request);
        if (last == null) {
            new LastEvent(turn, LastEvent.after(request)).resume(answers, request, answer);
        } else if (last.turn().equals(turn)) {
            last.resume(answers, request, answer);
        } else {
            answer.problem(
                    Problem.of(
                            BAD_REQUEST,
                            "The header 'last-event-id' belongs to another turn than the path."));
        }
    }
}
