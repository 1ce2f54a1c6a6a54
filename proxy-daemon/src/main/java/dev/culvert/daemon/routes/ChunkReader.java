package dev.culvert.daemon.routes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.PayloadJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/** Joins the chunks of one answer, without decoding what they say. */
final class ChunkReader {
    private static final int QUOTE = 1;

    private final ByteBuf content = Unpooled.buffer(256);
    private ByteBuf finishReason = Unpooled.EMPTY_BUFFER;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;

    /** Borrows {@code payload}. */
    void read(ByteBuf payload) throws IOException {
        try (JsonParser parser = PayloadJson.parser(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken kind = parser.nextToken();
                ByteBuf text = text(parser, payload);
                if (name.equals("content") && kind == JsonToken.VALUE_STRING) {
                    content.writeBytes(
                            text, text.readerIndex() + QUOTE, text.readableBytes() - 2 * QUOTE);
                } else if (name.equals("finish_reason") && kind == JsonToken.VALUE_STRING) {
                    finishReason = Unpooled.copiedBuffer(text);
                } else if (name.equals("usage") && kind == JsonToken.START_OBJECT) {
                    usage = Unpooled.copiedBuffer(text);
                }
            }
        }
    }

    /** The value that the parser stands on, as it is written; a slice that is only lent. */
    private static ByteBuf text(JsonParser parser, ByteBuf payload) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.finishToken();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        return payload.slice(payload.readerIndex() + start, end - start);
    }

    int contentBytes() {
        return content.readableBytes();
    }

    /** The answer as a JSON object, which belongs to the caller. */
    ByteBuf joined() {
        ByteBuf joined = Unpooled.buffer(content.readableBytes() + 64);
        ByteBufUtil.writeAscii(joined, "{\"content\":\"");
        joined.writeBytes(content);
        joined.writeByte('"');
        if (finishReason.isReadable()) {
            ByteBufUtil.writeAscii(joined, ",\"finish_reason\":");
            joined.writeBytes(finishReason);
        }
        if (usage.isReadable()) {
            ByteBufUtil.writeAscii(joined, ",\"usage\":");
            joined.writeBytes(usage);
        }
        return joined.writeByte('}');
    }
}
