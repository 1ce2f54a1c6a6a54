package dev.culvert.daemon.continuations;

import static io.netty.buffer.ByteBufUtil.writeAscii;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.daemon.answer.ToolCalls;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was said and done in one turn, as messages of a chat: the rounds in which the agent used
 * tools of its own, and the answer with the calls of the client's tools. Confined to one thread at
 * a time.
 */
/* Texts are copied as JSON writes them between quotes. All is on the heap, so that nobody has to release it. */
final class Said {
    private static final int CALL_BYTES = 128;

    /** Of one round: more than any agent runs. */
    private static final int MOST_OWN_CALLS = 256;

    /** One call of a tool of the agent's own. */
    private static final class OwnCall {
        private String id = "";
        private String name = "";
        private byte[] arguments = {};

        /** What it brought; null as long as it runs. */
        private byte @Nullable [] result;
    }

    /** Whole messages, each after a comma. */
    private final ByteBuf messages = Unpooled.buffer(0);

    /** The text after these. */
    private final ByteBuf text = Unpooled.buffer(0);

    private final List<OwnCall> round = new ArrayList<>();
    private final ToolCalls calls = new ToolCalls();
    private String finishReason = "";
    private int roundBytes;

    /** Whether a last chunk, which is lent, says that the answer ends with calls. */
    static boolean endsWithCalls(Frame lastChunk) {
        JsonMembers members = lastChunk.members();
        boolean ends = false;
        while (members.next()) {
            ends |=
                    members.kind() == '"'
                            && members.isNamed("finish_reason")
                            && members.text().equals("tool_calls");
        }
        return ends;
    }

    /**
     * Lends the frame.
     *
     * @throws BadChunkException when it is more than an answer may have
     */
    void add(Frame frame) {
        switch (frame.type()) {
            case CHUNK -> chunk(frame.payload(), frame.members());
            case TOOL_CALL -> ownCall(frame.payload(), frame.members());
            case TOOL_RESULT -> ownResult(frame.payload(), frame.members());
            default -> {} // nothing that the model is told
        }
    }

    private void chunk(ByteBuf payload, JsonMembers members) {
        while (members.next()) {
            byte kind = members.kind();
            if (kind == '"' && members.isNamed("content")) {
                ByteBuf inside = inside(payload, members);
                if (inside.isReadable()) {
                    endRound();
                    text.writeBytes(inside);
                }
            } else if (kind == '[' && members.isNamed("tool_calls")) {
                calls.add(value(payload, members));
            } else if (kind == '"' && members.isNamed("finish_reason")) {
                finishReason = members.text();
            }
        }
    }

    private void ownCall(ByteBuf payload, JsonMembers members) {
        if (!round.isEmpty() && round.stream().allMatch(call -> call.result != null)) {
            endRound();
        }
        OwnCall call = new OwnCall();
        while (members.next()) {
            byte kind = members.kind();
            if (kind == '"' && members.isNamed("call_id")) {
                call.id = inside(payload, members).toString(UTF_8);
            } else if (kind == '"' && members.isNamed("tool_name")) {
                call.name = inside(payload, members).toString(UTF_8);
            } else if (kind == '{' && members.isNamed("arguments")) {
                call.arguments = quoted(value(payload, members).toString(UTF_8));
            }
        }
        if (round.size() == MOST_OWN_CALLS) {
            throw new BadChunkException(
                    "over " + MOST_OWN_CALLS + " tools of the agent run at the same time");
        }
        round.add(call);
        roundBytes += CALL_BYTES + payload.readableBytes();
    }

    private void ownResult(ByteBuf payload, JsonMembers members) {
        String id = "";
        ByteBuf result = Unpooled.buffer(payload.readableBytes());
        while (members.next()) {
            boolean isText = members.kind() == '"';
            if (isText && members.isNamed("call_id")) {
                id = inside(payload, members).toString(UTF_8);
            } else if (isText && members.isNamed("error")) {
                writeAscii(result, "Error: ");
                result.writeBytes(inside(payload, members));
            } else if (isText && members.isNamed("result")) {
                result.writeBytes(inside(payload, members));
            }
        }
        byte[] told = new byte[result.readableBytes()];
        result.readBytes(told);
        for (OwnCall call : round) {
            if (call.result == null && call.id.equals(id)) {
                call.result = told;
                roundBytes += told.length;
                return;
            }
        }
    }

    /** Writes the round that has ended, if there is one, as messages. */
    private void endRound() {
        if (round.isEmpty()) {
            return;
        }
        assistant();
        writeAscii(messages, "[");
        for (int i = 0; i < round.size(); i++) {
            OwnCall call = round.get(i);
            writeAscii(messages, i == 0 ? "{\"id\":\"" : ",{\"id\":\"");
            messages.writeCharSequence(call.id, UTF_8);
            writeAscii(messages, "\",\"type\":\"function\",\"function\":{\"name\":\"");
            messages.writeCharSequence(call.name, UTF_8);
            writeAscii(messages, "\",\"arguments\":\"");
            if (call.arguments.length == 0) {
                writeAscii(messages, "{}");
            } else {
                messages.writeBytes(call.arguments);
            }
            writeAscii(messages, "\"}}");
        }
        writeAscii(messages, "]}");
        for (OwnCall call : round) {
            writeAscii(messages, ",{\"role\":\"tool\",\"tool_call_id\":\"");
            messages.writeCharSequence(call.id, UTF_8);
            writeAscii(messages, "\",\"content\":\"");
            if (call.result != null) {
                messages.writeBytes(call.result);
            } else {
                writeAscii(messages, "Error: nobody knows what it brought");
            }
            writeAscii(messages, "\"}");
        }
        round.clear();
        roundBytes = 0;
    }

    /** Begins a message with what was said, up to its calls. */
    private void assistant() {
        writeAscii(messages, ",{\"role\":\"assistant\",\"content\":");
        if (text.isReadable()) {
            messages.writeByte('"').writeBytes(text).writeByte('"');
            text.clear();
        } else {
            writeAscii(messages, "null");
        }
        writeAscii(messages, ",\"tool_calls\":");
    }

    /** Whether the answer, which is complete, calls tools of the client. */
    /* Some runtimes say "stop" although there are calls. Calls of an answer that was cut are not complete. */
    boolean callsTheClient() {
        return !calls.isEmpty()
                && !finishReason.equals("length")
                && !finishReason.equals("content_filter");
    }

    /** How much memory it takes, roughly. */
    long bytes() {
        return (long) messages.capacity() + text.capacity() + calls.bytes() + roundBytes;
    }

    /** The calls of the client's tools. The answer is complete. */
    List<ClientCall> calls() {
        calls.identify();
        return calls.events();
    }

    /**
     * All messages, each after a comma; the last one calls tools of the client. Called once, after
     * {@link #calls}. Lent.
     */
    ByteBuf end() {
        endRound();
        assistant();
        calls.writeReadable(messages);
        return messages.writeByte('}');
    }

    private static ByteBuf value(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart();
        return payload.slice(start, members.valueEnd() - start);
    }

    private static ByteBuf inside(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart() + 1;
        return payload.slice(start, members.valueEnd() - 1 - start);
    }

    private static byte[] quoted(String json) {
        return JsonStringEncoder.getInstance().quoteAsUTF8(json);
    }
}
