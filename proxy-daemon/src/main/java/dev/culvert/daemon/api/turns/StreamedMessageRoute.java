package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.Following;
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
    private static final String MESSAGE = "The query parameter 'message'";

    private final AgentAccess access;
    private final TurnAnswers answers;
    private final Following following;

    /**
     * @param following for messages with tools
     */
    public StreamedMessageRoute(AgentAccess access, TurnAnswers answers, Following following) {
        this.access = access;
        this.answers = answers;
        this.following = following;
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
            last.resume(answers, following, request, answer);
            return;
        }
        Agent agent = access.workingAgent(request);
        if (request.method().equals(HttpMethod.GET)) {
            ByteBuf message = fromQuery(request);
            boolean hasTools = JsonRequest.hasList(MESSAGE, message, "tools");
            stream(request, answer, agent, message, hasTools);
        } else {
            boolean hasTools = JsonRequest.hasList(request, "tools");
            stream(request, answer, agent, request.body(), hasTools);
        }
    }

    private void stream(
            Request request, Answer answer, Agent agent, ByteBuf message, boolean hasTools) {
        answers.stream(
                request, answer, agent, message, CulvertEvents::new, hasTools ? following : null);
    }

    private static ByteBuf fromQuery(Request request) {
        String message = request.query("message");
        if (message == null) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            MESSAGE
                                    + " is missing: give it a URL-encoded JSON"
                                    + " object, or POST one."));
        }
        return Unpooled.copiedBuffer(message, StandardCharsets.UTF_8);
    }
}
