package dev.culvert.daemon.answer;

import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Culvert's own whole answer: joins the chunks into one JSON object, without decoding what they
 * say.
 */
public final class JoinedChunks implements WholeFormat {
    private static final String BEGIN = "{\"content\":\"";
    private static final int QUOTE = 1;

    /** Enough for what surrounds the content of most answers. */
    private static final int FRAME_BYTES = 256;

    private final ByteBufAllocator buffers;

    /** Null until there is a call. */
    private @Nullable ToolCalls toolCalls;

    private @Nullable ByteBuf joined;
    private @Nullable ByteBuf reasoning;
    private ByteBuf finishReason = Unpooled.EMPTY_BUFFER;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;

    public JoinedChunks(ByteBufAllocator buffers) {
        this.buffers = buffers;
    }

    @Override
    public boolean tellsTurn() {
        return false;
    }

    /** The object does not name its turn. */
    @Override
    public void begin(String turn) {}

    @Override
    public void chunk(Frame chunk) {
        ByteBuf payload = chunk.payload();
        JsonMembers members = chunk.members();
        while (members.next()) {
            if (members.kind() == '"' && members.isNamed("content")) {
                append(begun(members.valueEnd() - members.valueStart()), payload, members);
            } else if (members.kind() == '"' && members.isNamed("reasoning")) {
                append(reasoning(), payload, members);
            } else if (members.kind() == '[' && members.isNamed("tool_calls")) {
                toolCalls().add(value(payload, members));
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

    private ByteBuf reasoning() {
        ByteBuf begun = reasoning;
        if (begun == null) {
            begun = buffers.ioBuffer(FRAME_BYTES);
            reasoning = begun;
        }
        return begun;
    }

    private ToolCalls toolCalls() {
        ToolCalls calls = toolCalls;
        if (calls == null) {
            calls = new ToolCalls();
            toolCalls = calls;
        }
        return calls;
    }

    private static void append(ByteBuf out, ByteBuf payload, JsonMembers text) {
        int start = text.valueStart() + QUOTE;
        int length = text.valueEnd() - QUOTE - start;
        out.ensureWritable(length);
        payload.getBytes(start, out, out.writerIndex(), length);
        out.writerIndex(out.writerIndex() + length);
    }

    private static ByteBuf copy(ByteBuf payload, JsonMembers members) {
        return Unpooled.copiedBuffer(value(payload, members));
    }

    private static ByteBuf value(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart();
        return payload.slice(start, members.valueEnd() - start);
    }

    @Override
    public int heldBytes() {
        return capacity(joined) + capacity(reasoning) + callBytes();
    }

    private int callBytes() {
        return toolCalls == null ? 0 : toolCalls.bytes();
    }

    private static int capacity(@Nullable ByteBuf buffer) {
        return buffer == null ? 0 : buffer.capacity();
    }

    @Override
    public int contentBytes() {
        int text = joined == null ? 0 : joined.readableBytes() - BEGIN.length();
        int thoughts = reasoning == null ? 0 : reasoning.readableBytes();
        return text + thoughts + callBytes();
    }

    @Override
    public ByteBuf take() {
        ByteBuf taken = begun(0);
        joined = null;
        taken.writeByte('"');
        if (reasoning != null) {
            ByteBufUtil.writeAscii(taken, ",\"reasoning\":\"");
            taken.writeBytes(reasoning).writeByte('"');
        }
        if (toolCalls != null && !toolCalls.isEmpty()) {
            ByteBufUtil.writeAscii(taken, ",\"tool_calls\":");
            toolCalls.write(taken);
        }
        if (finishReason.isReadable()) {
            ByteBufUtil.writeAscii(taken, ",\"finish_reason\":");
            taken.writeBytes(finishReason);
        }
        if (usage.isReadable()) {
            ByteBufUtil.writeAscii(taken, ",\"usage\":");
            taken.writeBytes(usage);
        }
        drop();
        return taken.writeByte('}');
    }

    @Override
    public void drop() {
        if (joined != null) {
            joined.release();
            joined = null;
        }
        if (reasoning != null) {
            reasoning.release();
            reasoning = null;
        }
    }
}
