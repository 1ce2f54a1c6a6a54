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
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /agents/{id}/ping}: measures the dial and the round trip of a frame, and asks the
 * agent for its own time and its runtime's.
 */
public final class PingRoute implements Route {
    /** The protocol's limit (compatibility.md, Probing). */
    private static final int MOST_WITHIN_MILLIS = 30_000;

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
        Duration silence = settings.get().timeouts().ping();
        answer.reached(Phase.DIALLING);
        calls.call(
                request,
                agent,
                FrameType.PING,
                probe(silence),
                Patience.ofSilence(silence),
                new Pong(answer));
    }

    /** A runtime that hangs is to be told by the agent before the agent counts as silent. */
    private static ByteBuf probe(Duration silence) {
        long withinMillis = Math.clamp(silence.toMillis() / 2, 1, MOST_WITHIN_MILLIS);
        return Json.object(json -> {
            json.writeBooleanField("probe", true);
            json.writeNumberField("within_ms", withinMillis);
        });
    }

    private static final class Pong implements CallListener {
        private final Answer answer;
        private final long begunNanos = System.nanoTime();
        private long sentNanos;
        private @Nullable PongTimes times;

        Pong(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void onSent() {
            sentNanos = System.nanoTime();
            answer.reached(Phase.WAITING);
        }

        @Override
        public void onReply(Frame reply) {
            times = PongTimes.of(reply);
        }

        @Override
        public void onDone() {
            long dial = TimeUnit.NANOSECONDS.toMicros(sentNanos - begunNanos);
            long roundTrip = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - sentNanos);
            answer.json(
                    OK,
                    Json.object(json -> {
                        json.writeNumberField("round_trip_us", roundTrip);
                        json.writeNumberField("dial_us", dial);
                        if (times != null) {
                            times.write(json);
                        }
                    }));
        }

        @Override
        public void onFailure(Failure failure) {
            answer.failure(failure);
        }
    }
}
