package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.api.CallListener;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
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

/** {@code POST /agents/{id}/ping}: measures the round trip of a frame, without the dial. */
public final class PingRoute implements Route {
    private final AgentCalls calls;

    public PingRoute(AgentCalls calls) {
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
    public void handle(Request request, Answer responder) {
        calls.admission().check();
        Agent agent = calls.agent(request);
        Frame frame = calls.frame(FrameType.PING, Json.object(_ -> {}));
        frame.payload().release(); // the frame has retained it
        Patience patience = Patience.ofSilence(calls.settings().timeouts().ping());
        calls.call(request, agent, frame, new Pong(responder), patience);
    }

    private static final class Pong implements CallListener {
        private final Answer responder;
        private long sentNanos;

        Pong(Answer responder) {
            this.responder = responder;
        }

        @Override
        public void onSent() {
            sentNanos = System.nanoTime();
        }

        @Override
        public void onReply(Frame reply) {}

        @Override
        public void onDone() {
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - sentNanos);
            responder.json(OK, Json.object(json -> json.writeNumberField("round_trip_us", micros)));
        }

        @Override
        public void onFailure(Failure failure) {
            responder.failure(failure);
        }
    }
}
