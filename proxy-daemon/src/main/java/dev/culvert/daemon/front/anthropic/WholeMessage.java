package dev.culvert.daemon.front.anthropic;

import dev.culvert.daemon.answer.WholeFormat;
import dev.culvert.frame.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** A whole turn as Anthropic's message, joined from its chunks. */
final class WholeMessage implements WholeFormat {
    private final MessageHead head;
    private final ByteBufAllocator buffers;
    private @Nullable JoinedBlocks content;
    private @Nullable BlockReader reader;
    private Ending ending = new Ending();

    WholeMessage(MessageHead head, ByteBufAllocator buffers) {
        this.head = head;
        this.buffers = buffers;
    }

    @Override
    public boolean tellsTurn() {
        return true;
    }

    /** The message has an id of its own. */
    @Override
    public void begin(String turn) {}

    @Override
    public void chunk(Frame chunk) {
        BlockReader blocks = reader;
        if (blocks == null) {
            blocks = new BlockReader(begun(), head.toolUse());
            reader = blocks;
        }
        Ending end = blocks.read(chunk);
        if (end != null) {
            ending = end;
        }
    }

    private JoinedBlocks begun() {
        JoinedBlocks begun = content;
        if (begun == null) {
            begun = new JoinedBlocks(buffers, head.upTo("["));
            content = begun;
        }
        return begun;
    }

    @Override
    public int heldBytes() {
        return content == null ? 0 : content.heldBytes();
    }

    @Override
    public int contentBytes() {
        return content == null ? 0 : content.contentBytes();
    }

    @Override
    public ByteBuf take() {
        ByteBuf message = begun().take();
        content = null;
        ByteBufUtil.writeAscii(message, "],\"diagnostics\":null,");
        ByteBufUtil.writeUtf8(message, Ending.stop(ending));
        ByteBufUtil.writeAscii(message, ",\"usage\":");
        ByteBufUtil.writeUtf8(message, ending.usage());
        return message.writeByte('}');
    }

    @Override
    public void drop() {
        if (content != null) {
            content.drop();
            content = null;
        }
    }
}
