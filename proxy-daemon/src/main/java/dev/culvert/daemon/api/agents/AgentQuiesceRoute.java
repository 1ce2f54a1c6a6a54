package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.home.QuiesceRequest;
import dev.culvert.daemon.home.QuiesceResult;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /agents/{id}/quiesce} parks the turns of an agent, so that its virtual machine can be
 * paused. {@code DELETE} lets them go on. Both answer with the agent when it has confirmed that.
 */
public final class AgentQuiesceRoute implements Route {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");
    private static final int MOST_SECONDS = 86_400;
    private static final int MOST_WAIT_SECONDS = 600;

    private final AgentAccess access;
    private final Admission admission;
    private final HomeLinks homes;
    private final Supplier<DaemonSettings> settings;

    public AgentQuiesceRoute(
            AgentAccess access,
            Admission admission,
            HomeLinks homes,
            Supplier<DaemonSettings> settings) {
        this.access = access;
        this.admission = admission;
        this.homes = homes;
        this.settings = settings;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/quiesce");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        Agent agent = access.agent(request);
        boolean begins = request.method().equals(HttpMethod.POST);
        QuiesceRequest asked =
                begins
                        ? new QuiesceRequest(
                                limit(request.query("limit_secs")),
                                wait(request.query("wait_secs")))
                        : null;
        answer.reached(Phase.WAITING);
        homes.quiesce(
                agent,
                asked,
                result -> request.eventLoop().execute(() -> answer(answer, agent, result)));
    }

    private Duration limit(@Nullable String text) {
        return text == null
                ? settings.get().home().quiesceLimit()
                : seconds("limit_secs", text, 1, MOST_SECONDS);
    }

    private Duration wait(@Nullable String text) {
        return text == null
                ? settings.get().home().quiesceWait()
                : seconds("wait_secs", text, 0, MOST_WAIT_SECONDS);
    }

    private static Duration seconds(String name, String text, int least, int most) {
        int seconds = SECONDS.matcher(text).matches() ? Integer.parseInt(text) : -1;
        if (seconds < least || seconds > most) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The query parameter '%s' is '%s': it takes whole seconds from %d to %d."
                                    .formatted(name, Quoted.word(text), least, most)));
        }
        return Duration.ofSeconds(seconds);
    }

    private static void write(JsonGenerator json, List<QuiesceResult.Call> calls)
            throws IOException {
        json.writeArrayFieldStart("running_calls");
        for (QuiesceResult.Call call : calls) {
            json.writeStartObject();
            json.writeStringField("turn", call.turn());
            json.writeStringField("call_id", call.id());
            json.writeStringField("tool_name", call.tool());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void answer(Answer answer, Agent agent, QuiesceResult result) {
        switch (result) {
            case QuiesceResult.Done done ->
                    answer.json(
                            OK,
                            Json.object(json -> {
                                AgentJson.writeMembers(json, agent);
                                if (!done.calls().isEmpty()) {
                                    write(json, done.calls());
                                }
                            }));
            case QuiesceResult.Failed failed -> answer.failure(failed.failure());
            case QuiesceResult.NotOffered _ ->
                    answer.problem(
                            Problem.of(
                                            NOT_IMPLEMENTED,
                                            "Agent '%s' cannot be quiesced: update the agent's software, so that it announces the feature 'quiesce'."
                                                    .formatted(agent.id()))
                                    .member("code", "no_quiesce"));
        }
    }
}
