package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.about.Version;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /livez} tells whether the process lives, {@code /readyz} whether it takes work, {@code
 * /healthz} the same in more words, as each does with {@code ?verbose}. Only callers who may read
 * agents are told how many there are, and the daemon's version.
 */
public final class HealthRoute implements Route {
    private final AgentAccess access;
    private final Admission admission;

    public HealthRoute(AgentAccess access, Admission admission) {
        this.access = access;
        this.admission = admission;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/healthz", "/readyz", "/livez");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer answer) {
        boolean draining = admission.isClosed();
        boolean failing = draining && !request.path().equals("/livez");
        boolean verbose = request.query("verbose") != null || request.path().equals("/healthz");
        answer.json(
                failing ? SERVICE_UNAVAILABLE : OK,
                Json.object(json -> {
                    json.writeStringField("status", draining ? "draining" : "ok");
                    if (verbose && request.caller().may(Need.READ_AGENTS)) {
                        json.writeStringField("version", Version.text());
                        Visible fleet = access.fleet(request);
                        json.writeObjectFieldStart("agents");
                        for (AgentState state : AgentState.values()) {
                            json.writeNumberField(state.label(), fleet.count(state));
                        }
                        json.writeEndObject();
                    }
                }));
    }
}
