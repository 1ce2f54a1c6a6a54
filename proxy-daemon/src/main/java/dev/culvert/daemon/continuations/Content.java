package dev.culvert.daemon.continuations;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.answer.ClientCall;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is kept of one turn. */
/*
 * As bytes: one that says which of the two it is; of an answered turn, 8 bytes with the number of its last frame and 4
 * with the number of its calls, so that these are known from the first bytes; then texts, each after 4 bytes with its
 * length.
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
sealed interface Content {
    /** So many bytes tell all that {@link #head} reads. */
    int HEAD_BYTES = 1 + Long.BYTES + Integer.BYTES;

    byte REQUEST = 1;
    byte ANSWERED = 2;

    /** The turn runs, or ran when the daemon stopped. */
    record Open(byte[] request) implements Content {}

    /**
     * The turn has called tools of its client.
     *
     * @param last the number of its last frame
     * @param conversation the request that goes on, without the results; empty once it was used
     */
    record Answered(long last, List<ClientCall> calls, byte[] conversation) implements Content {
        Answered withoutConversation() {
            return new Answered(last, calls, new byte[0]);
        }
    }

    /**
     * What the first bytes tell.
     *
     * @param last the number of the turn's last frame; 0 while it runs
     */
    record Head(long last, int calls) {}

    static Head head(byte[] bytes) throws IOException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        if (bytes.length >= HEAD_BYTES && bytes[0] == ANSWERED) {
            in.skipBytes(1);
            return new Head(in.readLong(), in.readInt());
        } else if (bytes.length > 0 && bytes[0] == REQUEST) {
            return new Head(0, 0);
        }
        throw unreadable();
    }

    static Content of(byte[] bytes) throws IOException {
        Head head = head(bytes);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        if (bytes[0] == REQUEST) {
            return new Open(text(in.skipBytes(1)));
        }
        in.skipBytes(HEAD_BYTES);
        List<ClientCall> calls = new ArrayList<>();
        for (int i = 0; i < head.calls(); i++) {
            calls.add(new ClientCall(new String(text(in), UTF_8), text(in)));
        }
        return new Answered(head.last(), calls, text(in));
    }

    default byte[] bytes() {
        ByteBuf out = Unpooled.buffer();
        switch (this) {
            case Open(byte[] request) -> write(out.writeByte(REQUEST), request);
            case Answered(long last, List<ClientCall> calls, byte[] conversation) -> {
                out.writeByte(ANSWERED).writeLong(last).writeInt(calls.size());
                for (ClientCall call : calls) {
                    write(out, call.id().getBytes(UTF_8));
                    write(out, call.event());
                }
                write(out, conversation);
            }
        }
        return ByteBufUtil.getBytes(out);
    }

    private static void write(ByteBuf out, byte[] text) {
        out.writeInt(text.length).writeBytes(text);
    }

    private static byte[] text(ByteBuf in) throws IOException {
        if (in.readableBytes() < Integer.BYTES) {
            throw unreadable();
        }
        int length = in.readInt();
        if (length < 0 || length > in.readableBytes()) {
            throw unreadable();
        }
        byte[] text = new byte[length];
        in.readBytes(text);
        return text;
    }

    private static IOException unreadable() {
        return new IOException("what is stored of the turn cannot be read");
    }
}
