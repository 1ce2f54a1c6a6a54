package dev.culvert.daemon.answer;

import dev.culvert.daemon.http.Json;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a turn ends whose client has tools of its own.
 *
 * @param turn its id
 * @param calls one JSON object for each call of these tools, in their order
 * @param continuation with which the client goes on; null if it cannot
 * @param obstacle why it cannot, in a clause; null if it can, or is not to
 */
public record ClientCalls(
        String turn,
        List<ClientCall> calls,
        @Nullable String continuation,
        @Nullable String obstacle) {
    /** The answer calls no tool of the client. */
    public static final ClientCalls NONE = new ClientCalls("", List.of(), null, null);

    public ClientCalls {
        calls = List.copyOf(calls);
    }

    /** There are calls, but the client cannot go on with them. */
    public static ClientCalls without(String turn, String obstacle) {
        return new ClientCalls(turn, List.of(), null, obstacle);
    }

    /** For those who read along, and do not go on. */
    public ClientCalls withoutContinuation() {
        return new ClientCalls(turn, calls, null, null);
    }

    /** Whether the end of the answer is like that of any other. */
    boolean isNothing() {
        return calls.isEmpty() && continuation == null && obstacle == null;
    }

    /** What a stream says at its end. Belongs to the caller. */
    public ByteBuf end() {
        return Json.object(json -> {
            json.writeStringField("finish_reason", "tool_calls");
            if (continuation != null) {
                json.writeStringField("continuation", continuation);
            } else if (obstacle != null) {
                json.writeStringField("no_continuation", obstacle);
            }
        });
    }
}
