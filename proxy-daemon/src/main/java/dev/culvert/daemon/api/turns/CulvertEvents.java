package dev.culvert.daemon.api.turns;

import dev.culvert.daemon.answer.ClientCalls;
import dev.culvert.daemon.answer.WatchFormat;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;

/**
 * Culvert's own events: {@code chunk}, and {@code tool_call}, {@code tool_output}, {@code
 * tool_result} and {@code approval} of tools that the agent runs, then one of {@code done}, {@code
 * tool_blocked} and {@code error}, and {@code missed} for a client that reads along. Each has the
 * id {@code TURN:NUMBER}, with which a client can come back.
 */
final class CulvertEvents implements WatchFormat {
    private static final EventType CHUNK = EventType.of("chunk");
    private static final EventType TOOL_BLOCKED = EventType.of("tool_blocked");
    private static final EventType TOOL_CALL = EventType.of("tool_call");
    private static final EventType TOOL_OUTPUT = EventType.of("tool_output");
    private static final EventType TOOL_RESULT = EventType.of("tool_result");
    private static final EventType APPROVAL = EventType.of("approval");
    private static final EventType ERROR = EventType.of("error");
    private static final EventType MISSED = EventType.of("missed");
    private static final EventType DONE = EventType.of("done");
    private static final ByteBuf EMPTY_OBJECT =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(AsciiString.of("{}").array()));

    private final EventIds ids;

    CulvertEvents(String turn) {
        ids = EventIds.of(turn);
    }

    @Override
    public void begin(SseStream to, long number) {
        to.begin(ids, number);
    }

    @Override
    public void chunk(SseStream to, Frame chunk, long number) {
        to.event(CHUNK, ids, number, chunk.payload());
    }

    @Override
    public void tool(SseStream to, Frame frame, long number) {
        EventType type =
                switch (frame.type()) {
                    case TOOL_CALL -> TOOL_CALL;
                    case TOOL_OUTPUT -> TOOL_OUTPUT;
                    case APPROVAL -> APPROVAL;
                    default -> TOOL_RESULT;
                };
        to.event(type, ids, number, frame.payload());
    }

    @Override
    public void call(SseStream to, ByteBuf call, long number) {
        to.event(TOOL_CALL, ids, number, call);
    }

    @Override
    public void missed(SseStream to, long first, long last) {
        ByteBuf data =
                Json.object(json -> {
                    json.writeNumberField("from", first);
                    json.writeNumberField("to", last);
                });
        to.event(MISSED, ids, last, data);
        data.release();
    }

    @Override
    public void done(SseStream to, long number) {
        end(to, DONE, number, EMPTY_OBJECT.duplicate());
    }

    @Override
    public void done(SseStream to, ClientCalls calls, long number) {
        end(to, DONE, number, calls.end());
    }

    @Override
    public void failed(SseStream to, Failure failure, long number) {
        switch (failure) {
            case Failure.ToolBlocked blocked -> end(to, TOOL_BLOCKED, number, data(blocked));
            case Failure.AgentError error -> end(to, ERROR, number, data(error));
            case Failure.Unreachable _,
                    Failure.LinkLost _,
                    Failure.TimedOut _,
                    Failure.Overloaded _,
                    Failure.OverMemory _,
                    Failure.TooLarge _,
                    Failure.BadAnswer _ ->
                    cutOff(to, failure.code(), failure.message(), number);
        }
    }

    @Override
    public void cutOff(SseStream to, String code, String message, long number) {
        end(
                to,
                ERROR,
                number,
                Json.object(json -> {
                    json.writeStringField("code", code);
                    json.writeStringField("message", message);
                }));
    }

    /** Takes ownership of {@code data}. The type of the last event tells how the turn ended. */
    private void end(SseStream to, EventType type, long number, ByteBuf data) {
        to.event(type, ids, number, data);
        data.release();
        to.end();
    }

    private static ByteBuf data(Failure.ToolBlocked blocked) {
        return Json.object(json -> {
            json.writeStringField("tool_name", blocked.toolName());
            json.writeStringField("reason", blocked.reason());
        });
    }

    private static ByteBuf data(Failure.AgentError error) {
        return Json.object(json -> {
            json.writeStringField("code", error.code());
            json.writeStringField("message", error.message());
            if (error.status() > 0) {
                json.writeNumberField("runtime_status", error.status());
            }
            if (error.retryAfterSeconds() > 0) {
                json.writeNumberField("retry_after", error.retryAfterSeconds());
            }
        });
    }
}
