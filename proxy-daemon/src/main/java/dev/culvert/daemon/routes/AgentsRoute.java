package dev.culvert.daemon.routes;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.State;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Responder;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code GET /agents}: the fleet by id, filtered and paged. */
public final class AgentsRoute implements Route {
    private final Fleet fleet;
    private final ToIntFunction<AgentAddress> linksOpen;

    public AgentsRoute(Fleet fleet, ToIntFunction<AgentAddress> linksOpen) {
        this.fleet = fleet;
        this.linksOpen = linksOpen;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents", "/agents");
    }

    @Override
    public void handle(Request request, Responder responder) {
        State state = state(request.query("state"));
        String tenant = request.query("tenant");
        Page page = Page.of(request);
        Stream<Agent> found =
                fleet.all().stream()
                        .filter(agent -> state == null || agent.presence().state() == state)
                        .filter(agent -> tenant == null || agent.tenant().equals(tenant));
        responder.json(
                OK, Json.object(json -> page.write(json, "agents", found, Agent::id, this::write)));
    }

    private void write(JsonGenerator json, Agent agent) throws IOException {
        AgentJson.write(json, agent, linksOpen.applyAsInt(agent.address()));
    }

    private static @Nullable State state(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (State state : State.values()) {
            if (state.label().equals(text)) {
                return state;
            }
        }
        String labels =
                Arrays.stream(State.values()).map(State::label).collect(Collectors.joining(", "));
        throw bad("'state' is '%s': it takes %s.".formatted(Quoted.word(text), labels));
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, "The query parameter " + sentence));
    }
}
