package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Patience;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** {@code POST /agents/{id}/context}: answers once the context is in force at the agent. */
public final class ContextRoute implements Route {
    private final AgentAccess access;
    private final AgentCalls calls;
    private final Supplier<DaemonSettings> settings;

    public ContextRoute(AgentAccess access, AgentCalls calls, Supplier<DaemonSettings> settings) {
        this.access = access;
        this.settings = settings;
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
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Agent agent = access.workingAgent(request);
        OverMemory.check(agent.road().share());
        ByteBuf context = JsonRequest.body(request);
        Patience patience = Patience.ofSilence(settings.get().timeouts().config());
        SingleReply reply =
                new SingleReply(
                        answer,
                        () ->
                                answer.json(
                                        OK,
                                        Json.object(
                                                it -> it.writeStringField("status", "applied"))));
        answer.reached(Phase.DIALLING);
        calls.call(request, agent, FrameType.CONTEXT_UPDATE, context.retain(), patience, reply);
    }
}
