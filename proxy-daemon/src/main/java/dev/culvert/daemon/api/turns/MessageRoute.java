package dev.culvert.daemon.api.turns;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.Following;
import dev.culvert.daemon.answer.JoinedChunks;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /agents/{id}/message}: asks an agent, and answers with the whole turn. */
public final class MessageRoute implements Route {
    private final AgentAccess access;
    private final TurnAnswers answers;
    private final Following following;

    /**
     * @param following for messages with tools
     */
    public MessageRoute(AgentAccess access, TurnAnswers answers, Following following) {
        this.access = access;
        this.answers = answers;
        this.following = following;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/message", "/agents/{id}/message");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Agent agent = access.workingAgent(request);
        boolean hasTools = JsonRequest.hasList(request, "tools");
        answers.whole(
                request,
                answer,
                agent,
                request.body(),
                new JoinedChunks(answer.allocator()),
                hasTools ? following : null);
    }
}
