package dev.culvert.daemon.answer;

import dev.culvert.frame.Frame;
import dev.culvert.frame.PayloadMembers;
import dev.culvert.io.Account;
import dev.culvert.io.Holding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins the chunks of one answer, without decoding what they say. What is joined is held until it
 * is taken or dropped.
 */
public final class ChunkReader {
    private static final String BEGIN = "{\"content\":\"";
    private static final int QUOTE = 1;

    /** What stands around the content of most answers. */
    private static final int FRAME_BYTES = 256;

    private final ByteBufAllocator buffers;
    private final Supplier<Holding> charged;
    private @Nullable Holding holding;
    private @Nullable ByteBuf joined;
    private ByteBuf finishReason = Unpooled.EMPTY_BUFFER;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;

    /**
     * Has read nothing.
     *
     * @param charged makes what is charged for an answer that is not small
     */
    public ChunkReader(ByteBufAllocator buffers, Supplier<Holding> charged) {
        this.buffers = buffers;
        this.charged = charged;
    }

    /** Borrows {@code chunk}. */
    public void read(Frame chunk) {
        ByteBuf payload = chunk.payload();
        PayloadMembers members = chunk.members();
        while (members.next()) {
            if (members.kind() == '"' && members.isNamed("content")) {
                int start = members.valueStart() + QUOTE;
                int length = members.valueEnd() - QUOTE - start;
                ByteBuf out = begun(length).ensureWritable(length);
                payload.getBytes(start, out, out.writerIndex(), length);
                out.writerIndex(out.writerIndex() + length);
                charge(out.capacity());
            } else if (members.kind() == '"' && members.isNamed("finish_reason")) {
                finishReason = copy(payload, members);
            } else if (members.kind() == '{' && members.isNamed("usage")) {
                usage = copy(payload, members);
            }
        }
    }

    private void charge(int bytes) {
        if (holding == null && bytes >= Account.GRAIN_BYTES) {
            holding = charged.get();
        }
        if (holding != null) {
            holding.set(bytes);
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

    private static ByteBuf copy(ByteBuf payload, PayloadMembers members) {
        int start = members.valueStart();
        return Unpooled.copiedBuffer(payload.slice(start, members.valueEnd() - start));
    }

    /** The memory that it takes. */
    public int heldBytes() {
        return joined == null ? 0 : joined.capacity();
    }

    public int contentBytes() {
        return joined == null ? 0 : joined.readableBytes() - BEGIN.length();
    }

    /** The answer as a JSON object, which belongs to the caller. */
    public ByteBuf take() {
        ByteBuf taken = begun(0);
        joined = null;
        charge(0);
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
    public void drop() {
        if (joined != null) {
            joined.release();
            joined = null;
            charge(0);
        }
    }
}
