package dev.culvert.daemon.answer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/** Culvert's own whole answer: one JSON object. */
public final class JoinedChunks extends JoinedAnswer {
    private static final String BEGIN = "{\"content\":\"";

    /** Enough for what surrounds the content of most answers. */
    private static final int FRAME_BYTES = 256;

    public JoinedChunks(ByteBufAllocator buffers) {
        super(buffers);
    }

    @Override
    public boolean tellsTurn() {
        return false;
    }

    @Override
    protected ByteBuf begin(ByteBufAllocator from, int bytes) {
        ByteBuf begun = from.ioBuffer(bytes + FRAME_BYTES);
        ByteBufUtil.writeAscii(begun, BEGIN);
        return begun;
    }

    @Override
    public ByteBuf take() {
        ByteBuf taken = takeText();
        taken.writeByte('"');
        writeReasoning(taken, ",\"reasoning\":\"");
        writeToolCalls(taken);
        if (finishReason().isReadable()) {
            ByteBufUtil.writeAscii(taken, ",\"finish_reason\":");
            taken.writeBytes(finishReason());
        }
        writeUsage(taken);
        drop();
        return taken.writeByte('}');
    }
}
