package dev.culvert.daemon.api.flows;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.flows.Flow;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** {@code GET /flows}: lists the flows of the daemon's folder. */
public final class FlowsRoute implements Route {
    private final FlowFolder folder;
    private final Supplier<List<TriggerSettings>> triggers;
    private final OffLoop offLoop;

    /**
     * @param triggers of all flows
     */
    public FlowsRoute(
            FlowFolder folder, Supplier<List<TriggerSettings>> triggers, OffLoop offLoop) {
        this.folder = folder;
        this.triggers = triggers;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flows");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        offLoop.run(request, answer, () -> list(request.caller(), answer));
    }

    private Runnable list(Caller caller, Answer answer) {
        try {
            List<FlowFolder.Entry> all = folder.all();
            List<TriggerSettings> seen =
                    triggers.get().stream().filter(it -> caller.sees(it.tenant())).toList();
            return () ->
                    answer.json(
                            OK,
                            Json.object(json -> {
                                json.writeArrayFieldStart("flows");
                                for (FlowFolder.Entry entry : all) {
                                    FlowJson.writeEntry(json, entry, seen);
                                }
                                json.writeEndArray();
                            }));
        } catch (FlowRefusal e) {
            throw FlowProblems.of(e);
        }
    }

    static Runnable show(Flow flow, Answer answer) {
        return () -> answer.json(OK, Json.object(json -> FlowJson.writeFlow(json, flow)));
    }
}
