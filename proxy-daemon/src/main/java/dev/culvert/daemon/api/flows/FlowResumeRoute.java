package dev.culvert.daemon.api.flows;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.settings.Jsonc;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * {@code POST /flow-runs/{run}/resume}: says what happened to a step of which nobody knows it, and
 * the run goes on.
 */
public final class FlowResumeRoute implements Route {
    private final Flows flows;

    public FlowResumeRoute(Flows flows) {
        this.flows = flows;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flow-runs/{run}/resume");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        FlowBodies.Resume body = FlowBodies.resume(request);
        try {
            flows.resume(
                    request.parameter("run"),
                    request.caller(),
                    body.step(),
                    body.as().equals("done") ? Jsonc.read(body.output()) : null);
        } catch (FlowRefusal e) {
            throw FlowProblems.of(e);
        }
        answer.noContent();
    }
}
