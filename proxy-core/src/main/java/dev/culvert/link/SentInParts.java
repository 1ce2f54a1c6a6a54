package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.EscapedText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/** What is left of a request that is sent in parts, and how much of it the agent will take now. */
final class SentInParts {
    private static final String BEGIN = "{\"text\":\"";
    private static final String END = "\"}";

    /** What surrounds the text, and some of what is escaped in it. */
    private static final int MORE_BYTES = 4 * 1024;

    private final Exchange exchange;
    private final ByteBuf text;
    private long credit;
    private boolean isQueued;

    /** Takes ownership of {@code text}: {@link #release} gives it up. */
    SentInParts(Exchange exchange, ByteBuf text) {
        this.exchange = exchange;
        this.text = text;
    }

    Exchange exchange() {
        return exchange;
    }

    /** The agent takes so many bytes more; returns whether it did not have credit for all. */
    boolean grant(long bytes) {
        boolean isWanted = credit < text.readableBytes();
        credit = Math.min(credit + bytes, text.readableBytes());
        return isWanted;
    }

    /** Whether all that is left may be sent. */
    boolean hasCreditForAll() {
        return credit >= text.readableBytes();
    }

    /** How much can be sent now; a character is not cut. */
    int ready() {
        int most = (int) Math.min(credit, PartSender.PART_BYTES);
        return most < text.readableBytes() ? EscapedText.wholeCharacters(text, most) : most;
    }

    boolean isComplete() {
        return !text.isReadable();
    }

    /** Whether it waits for its turn. */
    boolean isQueued() {
        return isQueued;
    }

    void queued(boolean waits) {
        isQueued = waits;
    }

    /** The next part, which belongs to the caller; something must be {@link #ready}. */
    Frame next(ByteBufAllocator buffers) {
        int bytes = ready();
        ByteBuf payload = buffers.ioBuffer(bytes + MORE_BYTES);
        ByteBufUtil.writeAscii(payload, BEGIN);
        EscapedText.write(text, bytes, payload);
        ByteBufUtil.writeAscii(payload, END);
        credit -= bytes;
        return new Frame(FrameType.PART, exchange.id(), payload);
    }

    void release() {
        text.release();
    }
}
