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

/** {@code POST /flow-checks}: reads a flow that a client sends, and says what is wrong with it. */
public final class FlowCheckRoute implements Route {
    private final FlowFolder folder;
    private final OffLoop offLoop;

    public FlowCheckRoute(FlowFolder folder, OffLoop offLoop) {
        this.folder = folder;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flow-checks");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        FlowBodies.Text body = FlowBodies.text(request);
        offLoop.run(
                request,
                answer,
                () -> {
                    try {
                        return FlowsRoute.show(folder.read(body.file(), body.text()), answer);
                    } catch (FlowRefusal e) {
                        throw FlowProblems.of(e);
                    }
                });
    }
}
