package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Patience;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /agents/{id}/context}: answers once the context is in force at the agent. */
public final class ContextRoute implements Route {
    private final AgentCalls calls;

    public ContextRoute(AgentCalls calls) {
        this.calls = calls;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/context", "/agents/{id}/context");
    }

    @Override
    public void handle(Request request, Answer responder) {
        Agent agent = calls.workingAgent(request);
        calls.checkMemory(agent);
        Frame frame = calls.frame(FrameType.CONTEXT_UPDATE, JsonRequest.body(request));
        Patience patience = Patience.ofSilence(calls.settings().timeouts().config());
        SingleReply reply =
                new SingleReply(
                        responder,
                        () ->
                                responder.json(
                                        OK,
                                        Json.object(
                                                it -> it.writeStringField("status", "applied"))));
        calls.call(request, agent, frame, reply, patience);
    }
}
