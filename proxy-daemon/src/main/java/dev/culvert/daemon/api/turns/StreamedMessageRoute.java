package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** {@code GET|POST /agents/{id}/stream}: asks an agent, and streams the turn as it comes. */
public final class StreamedMessageRoute implements Route {
    private final AgentAccess access;
    private final TurnAnswers answers;

    public StreamedMessageRoute(AgentAccess access, TurnAnswers answers) {
        this.access = access;
        this.answers = answers;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/stream", "/agents/{id}/stream");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    /** GET starts a turn; HEAD must not. */
    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public boolean goesOn(Head head, List<String> values) {
        String turn = LastEvent.turnOf(head);
        return turn != null && answers.isKnown(turn);
    }

    @Override
    public void handle(Request request, Answer answer) {
        LastEvent last = LastEvent.of(request);
        if (last != null) {
            // A browser reconnects by itself: a second turn would do the work twice.
            last.resume(answers, request, answer);
            return;
        }
        Agent agent = access.workingAgent(request);
        ByteBuf payload =
                request.method().equals(HttpMethod.GET)
                        ? fromQuery(request)
                        : JsonRequest.body(request);
        answers.stream(request, answer, agent, payload, CulvertEvents::new);
    }

    private static ByteBuf fromQuery(Request request) {
        String message = request.query("message");
        if (message == null) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The query parameter 'message' is missing: give it a URL-encoded JSON"
                                    + " object, or POST one."));
        }
        ByteBuf text = Unpooled.copiedBuffer(message, StandardCharsets.UTF_8);
        return JsonRequest.check("The query parameter 'message'", text);
    }
}
