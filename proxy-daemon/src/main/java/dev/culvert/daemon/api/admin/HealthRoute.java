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
    /* Tells nobody where the registry is: everybody may ask. */
    private static final String UNREAD =
            "This host has not read the registry of its cluster yet: culvert hosts says why.";

    private final AgentAccess access;
    private final Admission admission;
    private final Readiness readiness;

    /** Whether the daemon knows what it has to know to take work. */
    public interface Readiness {
        /** Of a daemon that needs nobody else. */
        Readiness AT_ONCE =
                new Readiness() {
                    @Override
                    public boolean isReady() {
                        return true;
                    }

                    @Override
                    public boolean waits() {
                        return false;
                    }
                };

        /** Whether it has read the registry of its cluster once. */
        boolean isReady();

        /** Whether it is not ready, and may soon be. */
        boolean waits();
    }

    public HealthRoute(AgentAccess access, Admission admission, Readiness readiness) {
        this.access = access;
        this.admission = admission;
        this.readiness = readiness;
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
        boolean joining = !draining && readiness.waits();
        boolean failing = (draining || joining) && !request.path().equals("/livez");
        boolean verbose = request.query("verbose") != null || request.path().equals("/healthz");
        answer.json(
                failing ? SERVICE_UNAVAILABLE : OK,
                Json.object(json -> {
                    json.writeStringField(
                            "status", draining ? "draining" : failing ? "joining" : "ok");
                    if (!readiness.isReady()) {
                        json.writeStringField("cluster", UNREAD);
                    }
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
