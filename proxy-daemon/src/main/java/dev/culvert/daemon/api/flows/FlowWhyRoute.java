package dev.culvert.daemon.api.flows;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.Lineage;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /flow-runs/{run}/why?step=STEP}: which of what a step was given has changed since the
 * run before.
 */
public final class FlowWhyRoute implements Route {
    private final Flows flows;
    private final OffLoop offLoop;

    public FlowWhyRoute(Flows flows, OffLoop offLoop) {
        this.flows = flows;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flow-runs/{run}/why");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String id = request.parameter("run");
        String step = request.query("step");
        Caller caller = request.caller();
        if (step == null || step.isEmpty()) {
            throw ProblemException.badRequest(
                    "The query parameter 'step' is missing: name a step of the run.");
        }
        offLoop.run(
                id,
                true,
                request,
                answer,
                () -> {
                    try {
                        Lineage lineage = Lineage.of(flows, id, step, caller);
                        return () ->
                                answer.json(
                                        OK,
                                        Json.object(json -> FlowJson.writeLineage(json, lineage)));
                    } catch (FlowRefusal e) {
                        throw FlowProblems.of(e);
                    }
                });
    }
}
