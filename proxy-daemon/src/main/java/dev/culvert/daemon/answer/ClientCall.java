package dev.culvert.daemon.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * One whole call of a tool of the client.
 *
 * @param id as it is, decoded
 * @param event what a stream says of it: a JSON object. Not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
public record ClientCall(String id, byte[] event) {
    /** Of a call that was joined from its fragments. */
    static ClientCall of(ToolCallHead head, ByteBuf arguments) {
        ByteBuf out = Unpooled.buffer(64 + arguments.readableBytes());
        ByteBufUtil.writeAscii(out, "{\"call_id\":\"");
        ByteBufUtil.writeUtf8(out, head.id());
        ByteBufUtil.writeAscii(out, "\",\"tool_name\":\"");
        ByteBufUtil.writeUtf8(out, head.name());
        ByteBufUtil.writeAscii(out, "\",\"arguments\":");
        byte[] object = head.isCustom() ? null : object(arguments);
        if (object != null) {
            out.writeBytes(object);
        } else {
            out.writeByte('"');
            out.writeBytes(arguments, arguments.readerIndex(), arguments.readableBytes());
            out.writeByte('"');
        }
        out.writeByte('}');
        String id = JsonText.unescaped(Unpooled.copiedBuffer(head.id(), UTF_8));
        return new ClientCall(id, ByteBufUtil.getBytes(out));
    }

    /**
     * The JSON object that the arguments are, which is an empty one where the model wrote nothing;
     * null if they are something else.
     *
     * @param arguments as JSON writes them between quotes; lent
     */
    public static byte @Nullable [] object(ByteBuf arguments) {
        if (!arguments.isReadable()) {
            return new byte[] {'{', '}'};
        }
        byte[] text = JsonText.unescaped(arguments).getBytes(UTF_8);
        try {
            JsonText.checkObject(Unpooled.wrappedBuffer(text));
            return text;
        } catch (BadJsonException _) {
            return null;
        }
    }
}
