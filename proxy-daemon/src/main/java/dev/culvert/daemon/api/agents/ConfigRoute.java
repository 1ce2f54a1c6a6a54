package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.home.PushResult;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.OffLoop;
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
 * {@code PUT /agents/{id}/config}: stores the configuration that an agent is to have, now or once
 * it is back; {@code GET} tells whether it has it.
 */
public final class ConfigRoute implements Route {
    private final AgentAccess access;
    private final Admission admission;
    private final HomeLinks homes;
    private final OffLoop offLoop;
    private final ConfigRoom room;

    public ConfigRoute(AgentAccess access, Admission admission, HomeLinks homes, OffLoop offLoop) {
        this.access = access;
        this.admission = admission;
        this.homes = homes;
        this.offLoop = offLoop;
        room = new ConfigRoom(offLoop);
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
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_AGENTS : Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Agent agent = access.agent(request);
        if (request.method().equals(HttpMethod.PUT)) {
            admission.check();
            ByteBuf body = JsonRequest.body(request);
            List<String> warnings = ConfigBody.check(body);
            String payload = body.toString(StandardCharsets.UTF_8);
            new Put(request, answer, agent, new Checked(payload, warnings))
                    .begin(body.readableBytes());
        } else {
            boolean contents =
                    "1".equals(request.query("contents"))
                            && request.caller().may(Need.CHANGE_AGENTS);
            show(answer, OK, agent, List.of(), contents);
        }
    }

    /**
     * The body of a PUT.
     *
     * @param warnings of rules of its policy that can match nothing
     */
    private record Checked(String payload, List<String> warnings) {}

    /**
     * One PUT. Its steps, in order: a worker stores the configuration, the event loop of the
     * request has it pushed and gets the result, and where the agent refuses it a worker withdraws
     * it.
     */
    private final class Put {
        private final Request request;
        private final Answer answer;
        private final Visible fleet;
        private final Agent agent;
        private final Checked body;

        Put(Request request, Answer answer, Agent agent, Checked body) {
            this.request = request;
            this.answer = answer;
            this.agent = agent;
            this.body = body;
            fleet = access.fleet(request);
        }

        void begin(int bytes) {
            boolean onDisk = fleet.keepsDesired();
            room.run(fleet, agent.id(), onDisk, bytes, request, answer, this::store);
        }

        /** On a worker. Returns the next step. */
        private Runnable store() throws IOException {
            Desired wanted = fleet.desire(agent, body.payload);
            if (wanted == null) {
                throw new ProblemException(
                        Problem.of(
                                NOT_FOUND,
                                "The agent was removed meanwhile, or has another address: see"
                                        + " whether it is there, and ask again."));
            }
            return () -> push(wanted);
        }

        private void push(Desired wanted) {
            homes.push(agent, result -> request.eventLoop().execute(() -> settle(wanted, result)));
        }

        private void settle(Desired wanted, PushResult result) {
            if (isRefusedByTheAgent(result)) {
                boolean onDisk = fleet.keepsDesired();
                offLoop.finish(agent.id(), onDisk, request, answer, () -> withdraw(wanted, result));
            } else {
                agent.settle(wanted);
                show(answer, result, agent, body.warnings);
            }
        }

        /** On a worker. Kept as wanted, it would keep the agent from becoming ready. */
        private Runnable withdraw(Desired wanted, PushResult result) throws IOException {
            fleet.withdraw(agent, wanted);
            return () -> show(answer, result, agent, List.of());
        }
    }

    private static boolean isRefusedByTheAgent(PushResult result) {
        return result instanceof PushResult.Refused(long _, Failure failure)
                && (failure instanceof Failure.AgentError || failure instanceof Failure.BadAnswer);
    }

    private void show(Answer answer, PushResult result, Agent agent, List<String> warnings) {
        switch (result) {
            case PushResult.Applied _ -> show(answer, OK, agent, warnings, false);
            case PushResult.Pending _ -> show(answer, ACCEPTED, agent, warnings, false);
            case PushResult.Refused(long _, Failure failure) -> answer.failure(failure);
        }
    }

    private void show(
            Answer answer,
            HttpResponseStatus status,
            Agent agent,
            List<String> warnings,
            boolean contents) {
        Desired desired = agent.desired();
        Desired there = agent.applied();
        long wanted = desired == null ? 0 : desired.revision();
        long applied = there == null ? 0 : there.revision();
        answer.json(
                status,
                Json.object(json -> {
                    json.writeStringField("status", wanted == applied ? "applied" : "pending");
                    json.writeNumberField("desired_revision", wanted);
                    json.writeNumberField("applied_revision", applied);
                    if (!warnings.isEmpty()) {
                        json.writeArrayFieldStart("warnings");
                        for (String warning : warnings) {
                            json.writeString(warning);
                        }
                        json.writeEndArray();
                    }
                    PolicyJson.write(json, homes.wanted(agent), agent, contents);
                    if (contents) {
                        ShownConfig.write(json, "desired", desired);
                        ShownConfig.write(json, "applied", there);
                    }
                }));
    }
}
