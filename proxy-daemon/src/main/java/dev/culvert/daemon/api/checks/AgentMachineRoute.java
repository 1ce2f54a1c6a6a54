package dev.culvert.daemon.api.checks;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.agents.AgentCalls;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Patience;
import dev.culvert.machine.Findings;
import dev.culvert.machine.ReportJson;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** {@code GET /agents/{id}/machine}: what an agent's machine is like, and how its clock differs. */
public final class AgentMachineRoute implements Route {
    private final AgentAccess access;
    private final AgentCalls calls = new AgentCalls();
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;

    public AgentMachineRoute(
            AgentAccess access, Admission admission, Supplier<DaemonSettings> settings) {
        this.access = access;
        this.admission = admission;
        this.settings = settings;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/machine");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        Agent agent = access.agent(request);
        calls.call(
                request,
                agent,
                FrameType.PING,
                Json.object(json -> json.writeBooleanField("machine", true)),
                Patience.ofSilence(settings.get().timeouts().ping().plus(AgentChecks.SLACK)),
                new PongMember(
                        "machine",
                        answer,
                        said -> send(agent.id(), said, answer),
                        answer::failure));
    }

    private static void send(String id, PongMember.Said said, Answer answer) {
        if (said.object().isEmpty()) {
            answer.problem(PongMember.notOffered(id));
            return;
        }
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeStringField("agent", id);
                    json.writeFieldName("machine");
                    json.writeRawValue(said.object());
                    if (said.offsetMillis().isPresent()) {
                        long offset = said.offsetMillis().getAsLong();
                        json.writeNumberField("clock_offset_ms", offset);
                        ReportJson.write(json, Findings.ofOffset(Duration.ofMillis(offset)));
                    }
                }));
    }
}
