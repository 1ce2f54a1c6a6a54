package dev.culvert.daemon.routes;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code GET /agents}: the fleet by id, filtered and paged. */
public final class AgentsRoute implements Route {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

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
        String after = request.query("after");
        int limit = limit(request.query("limit"));
        List<Agent> found =
                fleet.all().stream()
                        .filter(agent -> after == null || agent.id().compareTo(after) > 0)
                        .filter(agent -> state == null || agent.presence().state() == state)
                        .filter(agent -> tenant == null || agent.tenant().equals(tenant))
                        .limit(limit + 1L)
                        .toList();
        List<Agent> page = found.subList(0, Math.min(limit, found.size()));
        responder.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("agents");
                    for (Agent agent : page) {
                        AgentJson.write(json, agent, linksOpen.applyAsInt(agent.address()));
                    }
                    json.writeEndArray();
                    if (page.size() < found.size()) {
                        json.writeStringField("next", page.getLast().id());
                    } else {
                        json.writeNullField("next");
                    }
                }));
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

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw bad("'limit' is '%s': it takes 1 to %d.".formatted(Quoted.word(text), MAX_LIMIT));
        }
        return limit;
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, "The query parameter " + sentence));
    }
}
