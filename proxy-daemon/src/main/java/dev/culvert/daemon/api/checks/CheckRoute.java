package dev.culvert.daemon.api.checks;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.checks.CheckResult;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * {@code POST /checks}: whether servers can be reached from the daemon's machine, or from inside an
 * agent.
 */
public final class CheckRoute implements Route {
    private final Checks checks;
    private final AgentAccess access;
    private final AgentChecks agents;
    private final Admission admission;

    public CheckRoute(Checks checks, AgentAccess access, AgentChecks agents, Admission admission) {
        this.checks = checks;
        this.access = access;
        this.agents = agents;
        this.admission = admission;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/checks");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        CheckBody asked = CheckBody.of(request, checks);
        if (asked.isInAnAgent()) {
            agents.run(request, access.agent(request, asked.agent()), asked, answer);
            return;
        }
        answer.reached(Phase.WAITING);
        checks.run(asked, request.caller(), request.eventLoop(), results -> send(results, answer));
    }

    private static void send(List<CheckResult> results, Answer answer) {
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("checks");
                    for (CheckResult result : results) {
                        json.writeStartObject();
                        result.write(json);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
    }
}
