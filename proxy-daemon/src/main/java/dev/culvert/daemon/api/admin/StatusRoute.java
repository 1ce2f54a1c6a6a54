package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.about.Version;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Condition;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.transport.AgentAddress;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code GET /api/v1/admin/status}: the daemon on one screen. */
public final class StatusRoute implements Route {
    private static final int BUSIEST = 10;

    private final AgentAccess access;
    private final Admission admission;
    private final DaemonState state;

    public StatusRoute(AgentAccess access, Admission admission, DaemonState state) {
        this.access = access;
        this.admission = admission;
        this.state = state;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/status");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Visible fleet = access.fleet(request);
        answer.json(OK, Json.object(json -> write(json, fleet)));
    }

    private void write(JsonGenerator json, Visible fleet) throws IOException {
        json.writeStringField("version", Version.text());
        json.writeStringField("status", status());
        json.writeNumberField("pid", ProcessHandle.current().pid());
        json.writeStringField("started", state.started().truncatedTo(ChronoUnit.MILLIS).toString());
        json.writeNumberField(
                "uptime_seconds", Duration.between(state.started(), Instant.now()).toSeconds());
        json.writeArrayFieldStart("listeners");
        listeners(json, "clients", state.clients().get());
        listeners(json, "operators", state.operators().get());
        json.writeEndArray();
        json.writeObjectFieldStart("agents");
        for (AgentState it : AgentState.values()) {
            json.writeNumberField(it.label(), fleet.count(it));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("conditions");
        for (Condition it : Condition.values()) {
            json.writeNumberField(it.label(), fleet.count(it));
        }
        json.writeEndObject();
        json.writeNumberField("turns", state.turns().count());
        busiest(json, fleet);
        json.writeArrayFieldStart("failures");
        for (Map.Entry<String, Long> code : sorted(state.failures().get())) {
            json.writeStartObject();
            json.writeStringField("code", code.getKey());
            json.writeNumberField("count", code.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private String status() {
        if (admission.isStopping()) {
            return "stopping";
        }
        return admission.isClosed() ? "draining" : "ok";
    }

    private static void listeners(JsonGenerator json, String whom, List<AgentAddress> addresses)
            throws IOException {
        for (AgentAddress address : addresses) {
            json.writeStartObject();
            json.writeStringField("address", address.toString());
            json.writeStringField("for", whom);
            json.writeEndObject();
        }
    }

    private void busiest(JsonGenerator json, Visible fleet) throws IOException {
        json.writeArrayFieldStart("busiest");
        int written = 0;
        for (Map.Entry<String, Integer> agent : sorted(state.turns().countByAgent())) {
            if (written < BUSIEST && fleet.find(agent.getKey()) != null) {
                json.writeStartObject();
                json.writeStringField("agent", agent.getKey());
                json.writeNumberField("turns", agent.getValue());
                json.writeEndObject();
                written++;
            }
        }
        json.writeEndArray();
    }

    /** The largest first; of equal ones by name. */
    private static <N extends Comparable<N>> List<Map.Entry<String, N>> sorted(
            Map<String, N> counts) {
        return counts.entrySet().stream()
                .sorted(
                        Map.Entry.<String, N>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                .toList();
    }
}
