package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /agents/{id}/drain} keeps new work from one agent, while its turns go on. {@code
 * DELETE} ends that. Both answer with the agent, so a caller sees how many turns are left.
 */
public final class AgentDrainRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(AgentDrainRoute.class);

    private final AgentAccess access;
    private final Admission admission;

    public AgentDrainRoute(AgentAccess access, Admission admission) {
        this.access = access;
        this.admission = admission;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/drain");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        Agent agent = access.agent(request);
        boolean drains = request.method().equals(HttpMethod.POST);
        if (access.fleet(request).drain(agent, drains)) {
            if (drains) {
                LOG.info(
                        "agent {} is drained, as an operator wants it: it gets no new work, and {}"
                                + " turns go on; culvert agents drain {} --end ends that",
                        agent.id(),
                        agent.turns(),
                        agent.id());
            } else {
                LOG.info("agent {} is drained no longer", agent.id());
            }
        }
        answer.json(OK, Json.object(json -> AgentJson.writeMembers(json, agent)));
    }
}
