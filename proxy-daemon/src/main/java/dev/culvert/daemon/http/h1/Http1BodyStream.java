package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.http.BodyStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;

/**
 * A stream as chunks of HTTP/1.1, or as bytes up to the end of the connection for HTTP/1.0.
 * Confined to its event loop.
 */
final class Http1BodyStream implements BodyStream {
    private static final int LINE_END_BYTES = 2;

    /** The bytes of a chunk besides its content. */
    private static final int MOST_CHUNK_BYTES = 8 + 2 * LINE_END_BYTES;

    private final Http1Answer answer;
    private final ResponseWriter writer;
    private final boolean chunked;
    private boolean open = true;
    private long written;

    Http1BodyStream(Http1Answer answer, ResponseWriter writer, boolean chunked) {
        this.answer = answer;
        this.writer = writer;
        this.chunked = chunked;
    }

    @Override
    public ByteBuf begin(int bytes, int added) {
        written += bytes + added;
        answer.wrote(bytes + added);
        ByteBuf out = writer.tail(bytes + MOST_CHUNK_BYTES, added);
        if (chunked) {
            writeHex(out, bytes + added);
            ResponseHead.endLine(out);
        }
        return out;
    }

    @Override
    public void add(ByteBuf part) {
        writer.write(part);
    }

    @Override
    public void finish(AsciiString last) {
        ByteBuf out = writer.tail(last.length() + LINE_END_BYTES);
        ByteBufUtil.writeAscii(out, last);
        if (chunked) {
            ResponseHead.endLine(out);
        }
    }

    @Override
    public void end() {
        if (open) {
            open = false;
            if (chunked) {
                ByteBuf last = begin(0);
                ResponseHead.endLine(last);
            }
            answer.streamEnded(false);
        }
    }

    @Override
    public void abort() {
        if (open) {
            open = false;
            answer.streamEnded(true);
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isWritable() {
        return writer.channel().isWritable();
    }

    @Override
    public void whenSent(Runnable action) {
        writer.whenSent(action);
    }

    @Override
    public long unsentBytes() {
        return writer.unsentBytes();
    }

    @Override
    public boolean holdsMoreThan(long bytes) {
        if (writer.unsentBytes() > bytes) {
            writer.flush();
        }
        return writer.unsentBytes() > bytes;
    }

    /** Bytes of the body, without what HTTP adds to them. */
    long writtenBytes() {
        return written;
    }

    void close() {
        open = false;
    }

    private static void writeHex(ByteBuf out, int number) {
        int digits = Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(number) + 3) / 4);
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.writeByte(Character.forDigit(number >>> shift & 0xf, 16));
        }
    }
}
