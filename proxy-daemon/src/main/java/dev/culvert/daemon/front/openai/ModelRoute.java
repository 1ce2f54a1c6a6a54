package dev.culvert.daemon.front.openai;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /v1/models/{model}}: shows an agent as a model, by either of its names. */
final class ModelRoute implements Route {
    private static final String TENANT = "tenant";

    private final AgentAccess access;
    private final long createdSeconds;
    private final boolean hasTenant;

    /**
     * @param hasTenant whether its path has the tenant before the id, which some clients do not
     *     escape
     */
    ModelRoute(AgentAccess access, long createdSeconds, boolean hasTenant) {
        this.access = access;
        this.createdSeconds = createdSeconds;
        this.hasTenant = hasTenant;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of(hasTenant ? "/v1/models/{tenant}/{model}" : "/v1/models/{model}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String model = request.parameter("model");
        String name = hasTenant ? request.parameter(TENANT) + "/" + model : model;
        Agent agent = Models.find(access.fleet(request), name);
        ByteBuf body = answer.allocator().buffer();
        Models.write(body, name, agent, createdSeconds);
        answer.json(OK, body);
    }
}
