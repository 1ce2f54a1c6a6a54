package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.ToolPolicy;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import dev.culvert.settings.Settings;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code GET|PUT|DELETE /agents/{id}}: shows, adds or changes, and removes one agent. */
public final class AgentRoute implements Route {
    private final AgentAccess access;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final OffLoop offLoop;
    private final ConfigRoom room;

    public AgentRoute(
            AgentAccess access,
            Admission admission,
            Supplier<DaemonSettings> settings,
            OffLoop offLoop) {
        this.access = access;
        this.admission = admission;
        this.settings = settings;
        this.offLoop = offLoop;
        room = new ConfigRoom(offLoop);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}", "/agents/{id}");
    }

    @Override
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_AGENTS : Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.method().equals(HttpMethod.PUT)) {
            put(request, answer);
        } else if (request.method().equals(HttpMethod.DELETE)) {
            String id = access.agent(request).id();
            Visible fleet = access.fleet(request);
            offLoop.run(
                    id,
                    fleet.mayBeOnDisk(id),
                    request,
                    answer,
                    () -> {
                        fleet.remove(id);
                        return answer::noContent;
                    });
        } else {
            show(answer, OK, access.agent(request));
        }
    }

    private void put(Request request, Answer answer) {
        admission.check();
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        AgentSettings agent = read(request.parameter("id"), body, request.caller().tenant());
        String id = agent.id();
        Visible fleet = access.fleet(request);
        if (fleet.isOfOthers(id)) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "There is no agent '%s' here, and none can be added by that id: choose another one."
                                    .formatted(id)));
        }
        room.run(
                fleet,
                id,
                fleet.keepsAgents() || fleet.mayBeOnDisk(id),
                agent.configBytes(),
                request,
                answer,
                () -> put(fleet, agent, answer));
    }

    private Runnable put(Visible fleet, AgentSettings settings, Answer answer) throws IOException {
        try {
            HttpResponseStatus status = fleet.put(settings) ? CREATED : OK;
            Agent agent = fleet.find(settings.id());
            return () -> {
                if (agent != null) {
                    show(answer, status, agent);
                } else {
                    answer.problem(Problem.of(CONFLICT, "The agent was removed again meanwhile."));
                }
            };
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.of(CONFLICT, "The agent cannot be added: " + e.getMessage() + "."));
        }
    }

    /**
     * Reads the body by the rules of the settings file.
     *
     * @param tenant the caller's, to which an agent belongs if the body does not say
     */
    private AgentSettings read(String id, String body, @Nullable String tenant) {
        Layer path =
                key ->
                        switch (key) {
                            case "id" -> Node.plain(Position.of("path"), id);
                            case "tenant" ->
                                    tenant == null
                                            ? null
                                            : Node.plain(Position.of("your token"), tenant);
                            default -> null;
                        };
        try {
            AgentSettings read =
                    Settings.read(
                                    List.of(Layer.text("body", body), path),
                                    in -> AgentSettings.read(in, settings.get().transport()))
                            .value();
            if (!read.id().equals(id)) {
                throw new ProblemException(
                        Problem.of(
                                BAD_REQUEST,
                                "The body says that its id is '%s', the path that it is '%s': leave it out of the body."
                                        .formatted(Quoted.word(read.id()), Quoted.word(id))));
            }
            return read;
        } catch (BadSettingsException e) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The body does not describe an agent: "
                                    + String.join("; ", e.mistakes())
                                    + "."));
        }
    }

    private void show(Answer answer, HttpResponseStatus status, Agent agent) {
        List<ToolPolicy> above = settings.get().tools().of(agent.tenant(), agent.id());
        answer.json(
                status,
                Json.object(json -> {
                    AgentJson.writeMembers(json, agent);
                    if (!above.isEmpty()) {
                        PolicyJson.writeAbove(json, "policies", above, false);
                    }
                }));
    }
}
