package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.io.Decimal;
import dev.culvert.io.SmallWrites;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Frame} in, its bytes out with the next flush. A large payload is not copied: it is
 * written as it is, between the head of the envelope and the closing brace.
 */
public final class FrameEncoder extends ChannelOutboundHandlerAdapter {
    private static final Map<FrameType, byte[]> OPENINGS = openings();
    private static final byte[] SEQ = ",\"seq\":".getBytes(US_ASCII);
    private static final byte[] CREDIT = ",\"credit\":".getBytes(US_ASCII);
    private static final byte[] TRACEPARENT = ",\"traceparent\":\"".getBytes(US_ASCII);
    private static final byte[] CALLER = ",\"caller\":\"".getBytes(US_ASCII);
    private static final byte[] PAYLOAD = ",\"payload\":".getBytes(US_ASCII);

    /** Room for the members' names and two numbers, without the id. */
    private static final int HEAD_BYTES = 128;

    /* An answer begins with the id of its request: found here, it is not decoded again, which saves 70 bytes a message. */
    private final KnownIds known = KnownIds.here();
    private @Nullable SmallWrites writes;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        writes = new SmallWrites(context, context.alloc());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        writes().drop();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof Frame frame)) {
            writes().writeOut();
            context.write(message, promise);
            return;
        }
        ByteBuf payload = frame.payload();
        try {
            writeHead(frame);
            known.add(frame.id());
            if (payload.isReadable()) {
                writes().write(payload);
                writes().tail(1).writeByte('}');
            }
        } finally {
            payload.release();
        }
        if (!promise.isVoid()) {
            writes().writeOut(promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        writes().writeOut();
        context.flush();
    }

    private SmallWrites writes() {
        return requireNonNull(writes);
    }

    /** Writes all of it, or nothing. */
    private void writeHead(Frame frame) {
        byte[] opening = OPENINGS.get(frame.type());
        if (opening == null) {
            throw new IllegalArgumentException("a frame of an unknown type is never sent");
        }
        ByteBuf head = writes().tail(HEAD_BYTES + frame.id().length());
        int start = head.writerIndex();
        boolean written = false;
        try {
            writeHead(head, opening, frame);
            written = true;
        } finally {
            if (!written) { // a text is not Unicode
                head.writerIndex(start);
            }
        }
    }

    private static void writeHead(ByteBuf head, byte[] opening, Frame frame) {
        int payloadBytes = frame.payload().readableBytes();
        int start = head.writerIndex();
        head.writeInt(0).writeBytes(opening);
        writeText(head, frame.id());
        if (frame.seq() > 0) {
            Decimal.write(head.writeBytes(SEQ), frame.seq());
        }
        if (frame.credit() >= 0) {
            Decimal.write(head.writeBytes(CREDIT), frame.credit());
        }
        writeMember(head, TRACEPARENT, frame.traceparent());
        writeMember(head, CALLER, frame.caller());
        if (payloadBytes > 0) {
            head.writeBytes(PAYLOAD);
        } else {
            head.writeByte('}');
        }
        int closing = payloadBytes > 0 ? 1 : 0;
        int written = head.writerIndex() - start - Integer.BYTES;
        head.setInt(start, written + payloadBytes + closing);
    }

    private static void writeMember(ByteBuf head, byte[] name, @Nullable String text) {
        if (text != null) {
            head.writeBytes(name);
            writeText(head, text);
        }
    }

    /** Writes the text and its closing quote; the opening quote is written already. */
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
