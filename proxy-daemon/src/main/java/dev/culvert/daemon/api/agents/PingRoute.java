package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@code POST /agents/{id}/ping}: measures the dial, and the round trip of a frame. */
public final class PingRoute implements Route {
    private final AgentAccess access;
    private final AgentCalls calls;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;

    public PingRoute(
            AgentAccess access,
            AgentCalls calls,
            Admission admission,
            Supplier<DaemonSettings> settings) {
        this.access = access;
        this.admission = admission;
        this.settings = settings;
        this.calls = calls;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/ping");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        Agent agent = access.agent(request);
        Patience patience = Patience.ofSilence(settings.get().timeouts().ping());
        answer.reached(Phase.DIALLING);
        calls.call(
                request, agent, FrameType.PING, Json.object(_ -> {}), patience, new Pong(answer));
    }

    private static final class Pong implements CallListener {
        private final Answer answer;
        private final long begunNanos = System.nanoTime();
        private long sentNanos;

        Pong(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void onSent() {
            sentNanos = System.nanoTime();
            answer.reached(Phase.WAITING);
        }

        @Override
        public void onReply(Frame reply) {}

        @Override
        public void onDone() {
            long dial = TimeUnit.NANOSECONDS.toMicros(sentNanos - begunNanos);
            long roundTrip = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - sentNanos);
            answer.json(
                    OK,
                    Json.object(json -> {
                        json.writeNumberField("round_trip_us", roundTrip);
                        json.writeNumberField("dial_us", dial);
                    }));
        }

        @Override
        public void onFailure(Failure failure) {
            answer.failure(failure);
        }
    }
}
