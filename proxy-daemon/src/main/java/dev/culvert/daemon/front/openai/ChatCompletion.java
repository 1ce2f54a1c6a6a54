package dev.culvert.daemon.front.openai;

import static io.netty.buffer.ByteBufUtil.writeAscii;

import dev.culvert.daemon.answer.JoinedAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A whole turn as OpenAI's completion. */
final class ChatCompletion extends JoinedAnswer {
    private static final int QUOTE = 1;

    /** Enough for what surrounds the content of most answers. */
    private static final int FRAME_BYTES = 512;

    private final CompletionHead head;

    ChatCompletion(CompletionHead head, ByteBufAllocator buffers) {
        super(buffers);
        this.head = head;
    }

    @Override
    public boolean tellsTurn() {
        return true;
    }

    @Override
    protected ByteBuf begin(ByteBufAllocator from, int bytes) {
        ByteBuf begun = from.ioBuffer(bytes + FRAME_BYTES);
        writeAscii(begun, head.of("chat.completion"));
        writeAscii(
                begun,
                "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"refusal\":null,\"content\":\"");
        return begun;
    }

    @Override
    public ByteBuf take() {
        ByteBuf taken = takeText();
        if (taken.writerIndex() == textStart() && hasToolCalls()) {
            taken.writerIndex(textStart() - QUOTE);
            writeAscii(taken, "null");
        } else {
            taken.writeByte('"');
        }
        writeReasoning(taken, ",\"reasoning_content\":\"");
        writeToolCalls(taken);
        writeAscii(taken, "},\"logprobs\":null,\"finish_reason\":");
        if (finishReason().isReadable()) {
            taken.writeBytes(finishReason());
        } else {
            writeAscii(taken, hasToolCalls() ? "\"tool_calls\"" : "\"stop\"");
        }
        writeAscii(taken, "}]");
        writeUsage(taken);
        drop();
        return taken.writeByte('}');
    }
}
