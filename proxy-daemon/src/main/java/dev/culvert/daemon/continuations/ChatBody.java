package dev.culvert.daemon.continuations;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;

/**
 * Writes the request that goes on with a turn: the one that began it, with what was said since then
 * as the last elements of {@code messages}, which is the last member.
 */
final class ChatBody {
    /** Of {@code messages}, and of the body. */
    private static final int END_BYTES = 2;

    private ChatBody() {}

    /**
     * The request without the results of the client's tools.
     *
     * @param request checked before
     * @param said messages, each after a comma; lent
     * @throws RefusedException when the request is none of a chat
     */
    static byte[] of(byte[] request, ByteBuf said) throws RefusedException {
        JsonOutline json = JsonOutline.of(Unpooled.wrappedBuffer(request), JsonLimits.FRAME, 1);
        try {
            ByteBuf out = Unpooled.buffer(request.length + said.readableBytes());
            JsonPieces pieces = new JsonPieces(out).open('{');
            int messages = NONE;
            int role = NONE;
            int content = NONE;
            for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
                if (json.isNamed(it, "dialect")) {
                    throw new RefusedException(
                            "the message is not in the form of OpenAI's chat, but in a 'dialect'");
                } else if (json.isNamed(it, "messages")) {
                    messages = it;
                } else if (json.isNamed(it, "role")) {
                    role = it;
                } else if (json.isNamed(it, "content")) {
                    content = it;
                } else if (!isForcedChoice(json, it)) {
                    pieces.copyMember(json, it);
                }
            }
            pieces.name("messages").open('[');
            int begin = out.writerIndex();
            if (messages != NONE && json.kind(messages) == '[') {
                json.copy(messages, out);
                inside(out, begin);
            } else if (role != NONE && content != NONE) {
                pieces.open('{');
                pieces.name("role").copy(json, role).name("content").copy(json, content);
                pieces.close('}');
            }
            if (out.writerIndex() == begin) {
                said.skipBytes(1); // the comma
            }
            out.writeBytes(said).writeByte(']').writeByte('}');
            return ByteBufUtil.getBytes(out);
        } finally {
            json.forget();
        }
    }

    /* A choice that forces a call would force the next one, too, and so on for ever. */
    private static boolean isForcedChoice(JsonOutline json, int member) {
        return json.isNamed(member, "tool_choice")
                && !json.isText(member, "auto")
                && !json.isText(member, "none");
    }

    /** What was written from {@code begin} on is an array: leaves its elements alone. */
    private static void inside(ByteBuf out, int begin) {
        int from = begin + 1;
        int to = out.writerIndex() - 1;
        while (from < to && out.getByte(from) <= ' ') {
            from++;
        }
        ByteBuf elements = out.copy(from, to - from);
        out.writerIndex(begin);
        out.writeBytes(elements);
    }

    /**
     * The request that goes on.
     *
     * @param conversation as {@link #of} wrote it
     * @param results what each call brought, by its id, as JSON writes texts between quotes
     */
    static ByteBuf with(byte[] conversation, List<ClientCall> calls, Map<String, byte[]> results) {
        ByteBuf out = Unpooled.buffer(conversation.length + bytes(calls, results));
        out.writeBytes(conversation, 0, conversation.length - END_BYTES);
        for (ClientCall call : calls) {
            ByteBufUtil.writeAscii(out, ",{\"role\":\"tool\",\"tool_call_id\":\"");
            out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(call.id()));
            ByteBufUtil.writeAscii(out, "\",\"content\":\"");
            byte[] result = results.get(call.id());
            if (result == null) {
                throw new IllegalArgumentException("the call " + call.id() + " has no result");
            }
            out.writeBytes(result);
            ByteBufUtil.writeAscii(out, "\"}");
        }
        return out.writeByte(']').writeByte('}');
    }

    /** How many bytes the results add, at most roughly. */
    static int bytes(List<ClientCall> calls, Map<String, byte[]> results) {
        int each = 64;
        int bytes = 0;
        for (ClientCall call : calls) {
            byte[] result = results.get(call.id());
            bytes += each + call.id().getBytes(UTF_8).length + (result == null ? 0 : result.length);
        }
        return bytes;
    }
}
