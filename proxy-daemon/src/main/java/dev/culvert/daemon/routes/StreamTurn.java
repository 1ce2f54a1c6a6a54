package dev.culvert.daemon.routes;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Responder;
import dev.culvert.daemon.metrics.StreamMetrics.End;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import dev.culvert.link.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One turn that a client reads as a stream of events. Confined to its event loop. */
final class StreamTurn implements CallListener, Turns.Turn {
    private static final EventType CHUNK = EventType.of("chunk");
    private static final EventType TOOL_BLOCKED = EventType.of("tool_blocked");
    private static final EventType ERROR = EventType.of("error");
    private static final EventType DONE = EventType.of("done");

    private final Agent agent;
    private final Responder responder;
    private final AgentCalls calls;
    private final Turns turns;
    private final EventIds ids;
    private @Nullable Call call;
    private @Nullable SseStream events;
    private final long startNanos;
    private long seq;
    private boolean over;

    StreamTurn(String id, Agent agent, Responder responder, AgentCalls calls, Turns turns) {
        this.agent = agent;
        this.responder = responder;
        this.calls = calls;
        this.turns = turns;
        ids = EventIds.of(id);
        startNanos = System.nanoTime();
        agent.turnBegan();
        turns.add(this);
        turns.metrics().onStarted();
    }

    void begin(Call begun) {
        call = begun;
        if (events == null) {
            responder.onGone(this::abandon);
        }
    }

    @Override
    public void onSent() {
        events = SseStream.open(responder, calls.settings().sse().keepalive(), this::abandon);
    }

    @Override
    public void onReply(Frame reply) {
        if (events == null) {
            return;
        }
        long number = reply.seq() > 0 ? reply.seq() : seq + 1;
        tell(events, CHUNK, number, reply.payload().retain());
        int most = calls.settings().turns().maxUnsentBytes();
        if (events.bytesBeforeWritable() > most) {
            end(
                    End.SLOW_CONSUMER,
                    ERROR,
                    error(
                            "slow_consumer",
                            "the client does not read: over %d bytes wait for it (turns.max_unsent_bytes)"
                                    .formatted(most)));
            cancelCall();
        }
    }

    @Override
    public void onDone() {
        end(End.DONE, DONE, Unpooled.copiedBuffer("{}", StandardCharsets.US_ASCII));
    }

    @Override
    public void onFailure(Failure failure) {
        if (events == null) {
            close(End.ERROR);
            responder.failure(failure);
            return;
        }
        switch (failure) {
            case Failure.ToolBlocked blocked ->
                    end(
                            End.TOOL_BLOCKED,
                            TOOL_BLOCKED,
                            Json.object(json -> {
                                json.writeStringField("tool_name", blocked.toolName());
                                json.writeStringField("reason", blocked.reason());
                            }));
            case Failure.AgentError agentError ->
                    end(End.ERROR, ERROR, error(agentError.code(), agentError.message()));
            case Failure.Unreachable _,
                    Failure.LinkLost _,
                    Failure.TimedOut _,
                    Failure.Overloaded _,
                    Failure.TooLarge _ ->
                    end(End.ERROR, ERROR, error(Outcome.of(failure).label(), failure.message()));
        }
    }

    /** The client is gone: nobody wants the rest. */
    private void abandon() {
        cancelCall();
        close(End.CLIENT_GONE);
    }

    @Override
    public void cut() {
        responder.eventLoop().execute(this::cutHere);
    }

    private void cutHere() {
        if (over) {
            return;
        }
        cancelCall();
        if (events == null) {
            close(End.ERROR);
            responder.problem(Admission.SHUTTING_DOWN);
        } else {
            end(
                    End.ERROR,
                    ERROR,
                    error(
                            ErrorCode.DRAINING.wireName(),
                            "the daemon is shutting down and could not wait any longer"));
        }
    }

    /** Takes ownership of {@code data}. */
    private void end(End how, EventType type, ByteBuf data) {
        if (events == null || over) {
            data.release();
        } else {
            tell(events, type, seq + 1, data);
            events.end();
        }
        close(how);
    }

    /** Takes ownership of {@code data}. */
    private void tell(SseStream to, EventType type, long number, ByteBuf data) {
        if (seq == 0) {
            turns.metrics().onFirstEvent(System.nanoTime() - startNanos);
        }
        seq = number;
        to.event(type, ids, number, data);
    }

    private void cancelCall() {
        if (call != null) {
            call.cancel();
        }
    }

    private void close(End how) {
        if (!over) {
            over = true;
            turns.remove(this);
            turns.metrics().onEnded(how, System.nanoTime() - startNanos);
            agent.turnEnded();
        }
    }

    private static ByteBuf error(String code, String message) {
        return Json.object(json -> {
            json.writeStringField("code", code);
            json.writeStringField("message", message);
        });
    }
}
