package dev.culvert.daemon.answer;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** Culvert's own whole answer: one JSON object. */
public final class JoinedChunks extends JoinedAnswer {
    private static final String BEGIN = "{\"content\":\"";

    /** Enough for what surrounds the content of most answers. */
    private static final int FRAME_BYTES = 256;

    /** Null unless it calls tools of the client, who may answer them. */
    private @Nullable ClientCalls calls;

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
    public void ends(ClientCalls withCalls) {
        identifyToolCalls();
        calls = withCalls;
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
        ClientCalls told = calls;
        if (told != null && told.continuation() != null) {
            member(taken, "turn", told.turn());
            member(taken, "continuation", told.continuation());
        } else if (told != null && told.obstacle() != null) {
            member(taken, "no_continuation", told.obstacle());
        }
        return taken.writeByte('}');
    }

    private static void member(ByteBuf to, String name, String text) {
        ByteBufUtil.writeAscii(to, ",\"" + name + "\":\"");
        to.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text));
        to.writeByte('"');
    }
}
