package dev.culvert.daemon.api.reach;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.previews.Previews;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** {@code POST /agents/{id}/previews} makes a preview, and shows its link, once. */
public final class AgentPreviewsRoute implements Route {
    private final AgentAccess access;
    private final Admission admission;
    private final Previews previews;
    private final PreviewUrls urls;
    private final OffLoop offLoop;

    public AgentPreviewsRoute(
            AgentAccess access,
            Admission admission,
            Previews previews,
            PreviewUrls urls,
            OffLoop offLoop) {
        this.access = access;
        this.admission = admission;
        this.previews = previews;
        this.urls = urls;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/previews");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        Agent agent = access.agent(request);
        PreviewBody wanted = PreviewBody.of(request);
        if (!urls.settings().get().reach().allows(agent.tenant(), agent.id(), wanted.port())) {
            throw new ProblemException(
                    Problem.of(
                                    FORBIDDEN,
                                    "The daemon does not let anybody reach port %d of agent %s: a rule in reach.ports can allow it."
                                            .formatted(wanted.port(), agent.id()))
                            .member("code", "not_allowed"));
        }
        offLoop.run(
                Previews.KEY, true, request, answer, () -> make(agent, wanted, request, answer));
    }

    private Runnable make(Agent agent, PreviewBody wanted, Request request, Answer answer)
            throws IOException {
        Caller by = request.caller();
        try {
            Previews.Made made =
                    previews.create(agent.id(), agent.tenant(), wanted.port(), wanted.ttl(), by);
            return () -> show(made, request, answer);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.of(CONFLICT, "The preview was not made: " + e.getMessage() + "."));
        }
    }

    /** Nothing on the way may keep the link. */
    private void show(Previews.Made made, Request request, Answer answer) {
        answer.header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .json(
                        CREATED,
                        Json.object(json -> {
                            new VisiblePreviews(previews).writeMembers(json, made.preview());
                            json.writeStringField("url", urls.of(request, answer, made));
                        }));
    }
}
