package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Frame} in, its bytes out. The payload is not copied: it goes out as it is, between the
 * head of the envelope and the closing brace, and one gathering write takes all three.
 */
@Sharable
public final class FrameEncoder extends ChannelOutboundHandlerAdapter {
    public static final FrameEncoder INSTANCE = new FrameEncoder();

    private static final Map<FrameType, byte[]> OPENINGS = openings();
    private static final byte[] SEQ = ",\"seq\":".getBytes(US_ASCII);
    private static final byte[] CREDIT = ",\"credit\":".getBytes(US_ASCII);
    private static final byte[] TRACEPARENT = ",\"traceparent\":\"".getBytes(US_ASCII);
    private static final byte[] PAYLOAD = ",\"payload\":".getBytes(US_ASCII);

    /**
     * Outside the heap, so that the write need not copy it, and of an allocator that counts no
     * leaks.
     */
    private static final ByteBuf CLOSING =
            Unpooled.unreleasableBuffer(
                    new UnpooledByteBufAllocator(true, true).directBuffer(1, 1).writeByte('}'));

    /** The members' names and the digits of two numbers; ids are added to it. */
    private static final int HEAD_BYTES = 128;

    private FrameEncoder() {}

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof Frame frame)) {
            context.write(message, promise);
            return;
        }
        ByteBuf payload = frame.payload();
        ByteBuf head;
        try {
            head = head(context, frame);
        } catch (Throwable e) {
            payload.release();
            throw e;
        }
        if (payload.isReadable()) {
            // Void, so that a part which cannot be written is an error of the link: the rest of the
            // stream would be read as what is missing.
            context.write(head, context.voidPromise());
            context.write(payload, context.voidPromise());
            context.write(CLOSING.duplicate(), promise);
        } else {
            payload.release();
            context.write(head, promise);
        }
    }

    private static ByteBuf head(ChannelHandlerContext context, Frame frame) {
        byte[] opening = OPENINGS.get(frame.type());
        if (opening == null) {
            throw new IllegalArgumentException("a frame of an unknown type is never sent");
        }
        ByteBuf head = context.alloc().ioBuffer(HEAD_BYTES + frame.id().length());
        try {
            writeHead(head, opening, frame);
            return head;
        } catch (Throwable e) { // text that is no Unicode
            head.release();
            throw e;
        }
    }

    private static void writeHead(ByteBuf head, byte[] opening, Frame frame) {
        int payloadBytes = frame.payload().readableBytes();
        head.writeInt(0).writeBytes(opening);
        writeText(head, frame.id());
        if (frame.seq() > 0) {
            writeNumber(head.writeBytes(SEQ), frame.seq());
        }
        if (frame.credit() >= 0) {
            writeNumber(head.writeBytes(CREDIT), frame.credit());
        }
        writeTraceparent(head, frame.traceparent());
        if (payloadBytes > 0) {
            head.writeBytes(PAYLOAD);
        } else {
            head.writeByte('}');
        }
        int closing = payloadBytes > 0 ? 1 : 0;
        head.setInt(0, head.readableBytes() - Integer.BYTES + payloadBytes + closing);
    }

    private static void writeTraceparent(ByteBuf head, @Nullable String traceparent) {
        if (traceparent != null) {
            head.writeBytes(TRACEPARENT);
            writeText(head, traceparent);
        }
    }

    /** The text and the quote that closes it; the one that opens it stands already. */
    private static void writeText(ByteBuf head, String text) {
        if (isPlain(text)) {
            ByteBufUtil.writeAscii(head, text);
        } else {
            head.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text));
        }
        head.writeByte('"');
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void writeNumber(ByteBuf head, long number) {
        ByteBufUtil.writeAscii(head, Long.toString(number));
    }

    private static Map<FrameType, byte[]> openings() {
        Map<FrameType, byte[]> openings = new EnumMap<>(FrameType.class);
        for (FrameType type : FrameType.values()) {
            if (type != FrameType.UNKNOWN) {
                String opening = "{\"type\":\"" + type.wireName() + "\",\"id\":\"";
                openings.put(type, opening.getBytes(US_ASCII));
            }
        }
        return openings;
    }
}
