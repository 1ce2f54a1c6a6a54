package dev.culvert.daemon.api.flows;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /flows/{flow}}: shows a flow of the daemon's folder. */
public final class FlowRoute implements Route {
    private final FlowFolder folder;
    private final OffLoop offLoop;

    public FlowRoute(FlowFolder folder, OffLoop offLoop) {
        this.folder = folder;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flows/{flow}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("flow");
        offLoop.run(
                request,
                answer,
                () -> {
                    try {
                        return FlowsRoute.show(folder.named(name), answer);
                    } catch (FlowRefusal e) {
                        throw FlowProblems.of(e);
                    }
                });
    }
}
