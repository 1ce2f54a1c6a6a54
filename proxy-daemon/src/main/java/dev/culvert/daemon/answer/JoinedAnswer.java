package dev.culvert.daemon.answer;

import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Joins the chunks of a turn into one JSON object, without decoding what they say. What surrounds
 * their texts is the subclass's.
 */
/* A superclass and not a part, because one object for each request is enough. */
public abstract class JoinedAnswer implements WholeFormat {
    private static final int QUOTE = 1;
    private static final int FIRST_BYTES = 256;

    private final ByteBufAllocator buffers;

    /** Null until there is a call. */
    private @Nullable ToolCalls toolCalls;

    /** The object up to the text so far; null until there is any. */
    private @Nullable ByteBuf joined;

    private int textStart;
    private @Nullable ByteBuf reasoning;
    private ByteBuf finishReason = Unpooled.EMPTY_BUFFER;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;

    protected JoinedAnswer(ByteBufAllocator buffers) {
        this.buffers = buffers;
    }

    /**
     * Begins the object, up to the quote before the text.
     *
     * @param bytes of the text that comes next
     * @return a buffer that belongs to the caller
     */
    protected abstract ByteBuf begin(ByteBufAllocator from, int bytes);

    /** The object does not depend on its turn. */
    @Override
    public final void begin(String turn) {}

    @Override
    public final void chunk(Frame chunk) {
        if (chunk.isOnlyText()) {
            chunk.readText(text -> append(joined(text.readableBytes()), text));
        } else {
            read(chunk.payload(), chunk.members());
        }
    }

    /* A slice for each member would be 150 bytes more for a message. */
    private void read(ByteBuf payload, JsonMembers members) {
        while (members.next()) {
            byte kind = members.kind();
            if (kind == '"' && members.isNamed("content")) {
                append(joined(textBytes(members)), payload, members);
            } else if (kind == '"' && members.isNamed("reasoning")) {
                append(reasoning(textBytes(members)), payload, members);
            } else if (kind == '"' && members.isNamed("finish_reason")) {
                finishReason = Unpooled.copiedBuffer(value(payload, members));
            } else if (kind == '[' && members.isNamed("tool_calls")) {
                toolCalls().add(value(payload, members));
            } else if (kind == '{' && members.isNamed("usage")) {
                usage = Unpooled.copiedBuffer(value(payload, members));
            }
        }
    }

    private static ByteBuf value(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart();
        return payload.slice(start, members.valueEnd() - start);
    }

    private static int textBytes(JsonMembers text) {
        return text.valueEnd() - text.valueStart() - 2 * QUOTE;
    }

    private static void append(ByteBuf to, ByteBuf payload, JsonMembers text) {
        append(to, payload, text.valueStart() + QUOTE, textBytes(text));
    }

    private static void append(ByteBuf to, ByteBuf text) {
        append(to, text, text.readerIndex(), text.readableBytes());
    }

    private static void append(ByteBuf to, ByteBuf from, int start, int length) {
        to.ensureWritable(length);
        from.getBytes(start, to, to.writerIndex(), length);
        to.writerIndex(to.writerIndex() + length);
    }

    private ByteBuf joined(int bytes) {
        ByteBuf begun = joined;
        if (begun == null) {
            begun = begin(buffers, bytes);
            textStart = begun.writerIndex();
            joined = begun;
        }
        return begun;
    }

    private ByteBuf reasoning(int bytes) {
        ByteBuf begun = reasoning;
        if (begun == null) {
            begun = buffers.ioBuffer(bytes + FIRST_BYTES);
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

    @Override
    public final int heldBytes() {
        return capacity(joined) + capacity(reasoning) + callBytes();
    }

    private static int capacity(@Nullable ByteBuf buffer) {
        return buffer == null ? 0 : buffer.capacity();
    }

    private int callBytes() {
        return toolCalls == null ? 0 : toolCalls.bytes();
    }

    @Override
    public final int contentBytes() {
        int text = joined == null ? 0 : joined.writerIndex() - textStart;
        int thoughts = reasoning == null ? 0 : reasoning.readableBytes();
        return text + thoughts + callBytes();
    }

    /** The object up to the end of the text, without a quote after that. Belongs to the caller. */
    protected final ByteBuf takeText() {
        ByteBuf taken = joined(0);
        joined = null;
        return taken;
    }

    /** Where the text begins in what {@link #takeText} gave. */
    protected final int textStart() {
        return textStart;
    }

    /** Each call has an id from now on, which no other has. */
    protected final void identifyToolCalls() {
        if (toolCalls != null) {
            toolCalls.identify();
        }
    }

    protected final boolean hasToolCalls() {
        return toolCalls != null && !toolCalls.isEmpty();
    }

    /** Writes the calls, if there are any. */
    protected final void writeToolCalls(ByteBuf to) {
        ToolCalls calls = toolCalls;
        if (calls != null && !calls.isEmpty()) {
            ByteBufUtil.writeAscii(to, ",\"tool_calls\":");
            calls.write(to);
        }
    }

    /**
     * Writes what the agent thought, if it did.
     *
     * @param before what comes before the text, with its quote
     */
    protected final void writeReasoning(ByteBuf to, String before) {
        ByteBuf thoughts = reasoning;
        if (thoughts != null) {
            ByteBufUtil.writeAscii(to, before);
            to.writeBytes(thoughts).writeByte('"');
        }
    }

    /** The reason of the end, as JSON; empty if no chunk said it. Lent. */
    protected final ByteBuf finishReason() {
        return finishReason;
    }

    /** Writes the usage, if a chunk said it. */
    protected final void writeUsage(ByteBuf to) {
        if (usage.isReadable()) {
            ByteBufUtil.writeAscii(to, ",\"usage\":");
            to.writeBytes(usage);
        }
    }

    @Override
    public final void drop() {
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
