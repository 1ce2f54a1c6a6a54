package dev.culvert.daemon.routes;

import dev.culvert.frame.JsonScanner;
import dev.culvert.frame.PayloadJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Joins the chunks of one answer, without decoding what they say. What is joined is held until it
 * is taken or dropped.
 */
final class ChunkReader {
    private static final String BEGIN = "{\"content\":\"";
    private static final int QUOTE = 1;

    /** What stands around the content of most answers. */
    private static final int FRAME_BYTES = 256;

    private final ByteBufAllocator buffers;
    private @Nullable ByteBuf joined;
    private ByteBuf finishReason = Unpooled.EMPTY_BUFFER;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;

    ChunkReader(ByteBufAllocator buffers) {
        this.buffers = buffers;
    }

    /** Borrows {@code payload}. */
    void read(ByteBuf payload) {
        JsonScanner members = PayloadJson.members(payload);
        while (members != null && members.next()) {
            members.skip();
            if (members.kind() == '"' && members.isNamed("content")) {
                int start = payload.readerIndex() + members.valueStart() + QUOTE;
                int length = members.valueEnd() - members.valueStart() - 2 * QUOTE;
                begun(length).writeBytes(payload, start, length);
            } else if (members.kind() == '"' && members.isNamed("finish_reason")) {
                finishReason = copy(payload, members);
            } else if (members.kind() == '{' && members.isNamed("usage")) {
                usage = copy(payload, members);
            }
        }
    }

    private ByteBuf begun(int bytes) {
        ByteBuf begun = joined;
        if (begun == null) {
            begun = buffers.ioBuffer(bytes + FRAME_BYTES);
            ByteBufUtil.writeAscii(begun, BEGIN);
            joined = begun;
        }
        return begun;
    }

    private static ByteBuf copy(ByteBuf payload, JsonScanner members) {
        int start = payload.readerIndex() + members.valueStart();
        return Unpooled.copiedBuffer(
                payload.slice(start, members.valueEnd() - members.valueStart()));
    }

    int contentBytes() {
        return joined == null ? 0 : joined.readableBytes() - BEGIN.length();
    }

    /** The answer as a JSON object, which belongs to the caller. */
    ByteBuf take() {
        ByteBuf taken = begun(0);
        joined = null;
        taken.writeByte('"');
        if (finishReason.isReadable()) {
            ByteBufUtil.writeAscii(taken, ",\"finish_reason\":");
            taken.writeBytes(finishReason);
        }
        if (usage.isReadable()) {
            ByteBufUtil.writeAscii(taken, ",\"usage\":");
            taken.writeBytes(usage);
        }
        return taken.writeByte('}');
    }

    /** It is not taken any more. */
    void drop() {
        if (joined != null) {
            joined.release();
            joined = null;
        }
    }
}
