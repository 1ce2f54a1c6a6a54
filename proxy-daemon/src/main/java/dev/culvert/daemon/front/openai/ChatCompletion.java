package dev.culvert.daemon.front.openai;

import static io.netty.buffer.ByteBufUtil.writeAscii;

import dev.culvert.daemon.answer.ToolCalls;
import dev.culvert.daemon.answer.WholeFormat;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A whole turn as OpenAI's completion, joined from its chunks without decoding what they say. It
 * holds a buffer until that is taken or dropped.
 */
final class ChatCompletion implements WholeFormat {
    private static final int QUOTE = 1;

    /** Enough for what surrounds the content of most answers. */
    private static final int FRAME_BYTES = 512;

    private final CompletionHead head;
    private final ByteBufAllocator buffers;
    private final ToolCalls toolCalls = new ToolCalls();
    private @Nullable ByteBuf content;
    private int contentStart;
    private @Nullable ByteBuf reasoning;
    private ByteBuf finishReason = Unpooled.EMPTY_BUFFER;
    private ByteBuf usage = Unpooled.EMPTY_BUFFER;

    ChatCompletion(CompletionHead head, ByteBufAllocator buffers) {
        this.head = head;
        this.buffers = buffers;
    }

    @Override
    public boolean tellsTurn() {
        return true;
    }

    @Override
    public void begin(String turn) {}

    @Override
    public void chunk(Frame chunk) {
        ByteBuf payload = chunk.payload();
        JsonMembers members = chunk.members();
        while (members.next()) {
            byte kind = members.kind();
            int start = members.valueStart();
            int length = members.valueEnd() - start;
            if (kind == '"' && members.isNamed("content")) {
                append(begun(length), payload, start + QUOTE, length - 2 * QUOTE);
            } else if (kind == '"' && members.isNamed("reasoning")) {
                append(reasoning(length), payload, start + QUOTE, length - 2 * QUOTE);
            } else if (kind == '"' && members.isNamed("finish_reason")) {
                finishReason = Unpooled.copiedBuffer(payload.slice(start, length));
            } else if (kind == '[' && members.isNamed("tool_calls")) {
                toolCalls.add(payload.slice(start, length));
            } else if (kind == '{' && members.isNamed("usage")) {
                usage = Unpooled.copiedBuffer(payload.slice(start, length));
            }
        }
    }

    private static void append(ByteBuf to, ByteBuf payload, int start, int length) {
        to.ensureWritable(length);
        payload.getBytes(start, to, to.writerIndex(), length);
        to.writerIndex(to.writerIndex() + length);
    }

    /** The completion, up to the content so far. */
    private ByteBuf begun(int bytes) {
        ByteBuf begun = content;
        if (begun == null) {
            begun = buffers.ioBuffer(bytes + FRAME_BYTES);
            writeAscii(begun, head.of("chat.completion"));
            writeAscii(
                    begun,
                    "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"refusal\":null,\"content\":\"");
            contentStart = begun.writerIndex();
            content = begun;
        }
        return begun;
    }

    private ByteBuf reasoning(int bytes) {
        ByteBuf begun = reasoning;
        if (begun == null) {
            begun = buffers.ioBuffer(bytes + FRAME_BYTES);
            reasoning = begun;
        }
        return begun;
    }

    @Override
    public int heldBytes() {
        return capacity(content) + capacity(reasoning) + toolCalls.bytes();
    }

    private static int capacity(@Nullable ByteBuf buffer) {
        return buffer == null ? 0 : buffer.capacity();
    }

    @Override
    public int contentBytes() {
        int text = content == null ? 0 : content.writerIndex() - contentStart;
        int thoughts = reasoning == null ? 0 : reasoning.readableBytes();
        return text + thoughts + toolCalls.bytes();
    }

    @Override
    public ByteBuf take() {
        ByteBuf taken = begun(0);
        content = null;
        if (taken.writerIndex() == contentStart && !toolCalls.isEmpty()) {
            taken.writerIndex(contentStart - QUOTE);
            writeAscii(taken, "null");
        } else {
            taken.writeByte('"');
        }
        ByteBuf thoughts = reasoning;
        if (thoughts != null) {
            writeAscii(taken, ",\"reasoning_content\":\"");
            taken.writeBytes(thoughts).writeByte('"');
        }
        if (!toolCalls.isEmpty()) {
            writeAscii(taken, ",\"tool_calls\":");
            toolCalls.write(taken);
        }
        writeAscii(taken, "},\"logprobs\":null,\"finish_reason\":");
        if (finishReason.isReadable()) {
            taken.writeBytes(finishReason);
        } else {
            writeAscii(taken, toolCalls.isEmpty() ? "\"stop\"" : "\"tool_calls\"");
        }
        writeAscii(taken, "}]");
        if (usage.isReadable()) {
            writeAscii(taken, ",\"usage\":");
            taken.writeBytes(usage);
        }
        drop();
        return taken.writeByte('}');
    }

    @Override
    public void drop() {
        if (content != null) {
            content.release();
            content = null;
        }
        if (reasoning != null) {
            reasoning.release();
            reasoning = null;
        }
    }
}
