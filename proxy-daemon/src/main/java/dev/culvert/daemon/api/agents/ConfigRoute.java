package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.api.OffLoop;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.home.PushResult;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * {@code PUT /agents/{id}/config}: wants a configuration of the agent, which it has or will have;
 * {@code GET} says how far that is.
 */
public final class ConfigRoute implements Route {
    private final AgentCalls calls;
    private final HomeLinks homes;
    private final OffLoop offLoop;
    private final ConfigRoom room;

    public ConfigRoute(AgentCalls calls, HomeLinks homes, OffLoop offLoop) {
        this.calls = calls;
        this.homes = homes;
        this.offLoop = offLoop;
        room = new ConfigRoom(calls, offLoop);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.PUT);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/config");
    }

    @Override
    public void handle(Request request, Answer responder) {
        Agent agent = calls.agent(request);
        if (!request.method().equals(HttpMethod.PUT)) {
            answer(responder, OK, agent);
            return;
        }
        calls.admission().check();
        ByteBuf body = JsonRequest.body(request);
        ConfigBody.check(body);
        String payload = body.toString(StandardCharsets.UTF_8);
        room.run(
                agent.id(),
                calls.fleet(request).keepsDesired(),
                body.readableBytes(),
                request,
                responder,
                () -> want(agent, payload, request, responder));
    }

    private Runnable want(Agent agent, String payload, Request request, Answer responder)
            throws IOException {
        Desired wanted = calls.fleet(request).desire(agent, payload);
        if (wanted == null) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "The agent was removed meanwhile, or has another address: see whether"
                                    + " it is there, and ask again."));
        }
        return () ->
                homes.push(
                        agent,
                        result ->
                                request.eventLoop()
                                        .execute(() ->
                                                settle(agent, wanted, result, request, responder)));
    }

    private void settle(
            Agent agent, Desired wanted, PushResult result, Request request, Answer responder) {
        if (!isRefused(result)) {
            agent.settle(wanted);
            answer(responder, result, agent);
            return;
        }
        Visible fleet = calls.fleet(request);
        offLoop.finish(
                agent.id(),
                fleet.keepsDesired(),
                request,
                responder,
                () -> {
                    fleet.withdraw(agent, wanted);
                    return () -> answer(responder, result, agent);
                });
    }

    /** The agent itself says no: to want it any longer would keep the agent from being ready. */
    private static boolean isRefused(PushResult result) {
        return result instanceof PushResult.Refused(long _, Failure failure)
                && (failure instanceof Failure.AgentError || failure instanceof Failure.BadAnswer);
    }

    private static void answer(Answer responder, PushResult result, Agent agent) {
        switch (result) {
            case PushResult.Applied _ -> answer(responder, OK, agent);
            case PushResult.Pending _ -> answer(responder, ACCEPTED, agent);
            case PushResult.Refused(long _, Failure failure) -> responder.failure(failure);
        }
    }

    private static void answer(Answer responder, HttpResponseStatus status, Agent agent) {
        Desired desired = agent.desired();
        long wanted = desired == null ? 0 : desired.revision();
        long applied = agent.appliedRevision();
        responder.json(
                status,
                Json.object(json -> {
                    json.writeStringField("status", wanted == applied ? "applied" : "pending");
                    json.writeNumberField("desired_revision", wanted);
                    json.writeNumberField("applied_revision", applied);
                }));
    }
}
