package dev.culvert.daemon.providers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Makes the stream of a chat completion tell its usage, without which a budget cannot be held. */
/* The tokens of a hidden reasoning are in no other event. */
final class UsageOption {
    private static final ByteBuf WITH_USAGE =
            Unpooled.unreleasableBuffer(
                    Unpooled.copiedBuffer(
                                    "{\"stream_options\":{\"include_usage\":true},",
                                    StandardCharsets.US_ASCII)
                            .asReadOnly());

    private UsageOption() {}

    /** Borrows a JSON object with at least one member. The caller releases what it gets. */
    static ByteBuf addedTo(ByteBuf body) {
        int brace =
                ByteBufUtil.indexOf(Unpooled.wrappedBuffer(new byte[] {'{'}), body)
                        + body.readerIndex();
        return Unpooled.wrappedBuffer(
                WITH_USAGE.duplicate(),
                body.retainedSlice(brace + 1, body.writerIndex() - brace - 1));
    }
}
