package dev.culvert.daemon.front.openai;

import static io.netty.buffer.ByteBufUtil.writeAscii;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** {@code GET /v1/models}: lists the agents that the caller sees, by id. OpenAI's has no pages. */
final class ModelsRoute implements Route {
    private final AgentAccess access;
    private final long createdSeconds;

    ModelsRoute(AgentAccess access, long createdSeconds) {
        this.access = access;
        this.createdSeconds = createdSeconds;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/models");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Visible fleet = access.fleet(request);
        ByteBuf body = answer.allocator().buffer();
        writeAscii(body, "{\"object\":\"list\",\"data\":[");
        for (Iterator<Agent> agents = fleet.after("").iterator(); agents.hasNext(); ) {
            Agent agent = agents.next();
            Models.write(body, Models.name(agent, fleet), agent, createdSeconds);
            if (agents.hasNext()) {
                body.writeByte(',');
            }
        }
        writeAscii(body, "]}");
        answer.json(OK, body);
    }
}
