package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.http.HttpBodyStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;

/**
 * A stream as chunks of HTTP/1.1, or as bytes up to the end of the connection for HTTP/1.0.
 * Confined to its event loop.
 */
final class Http1BodyStream extends HttpBodyStream {
    private static final int LINE_END_BYTES = 2;

    /** The bytes of a chunk besides its content. */
    private static final int MOST_CHUNK_BYTES = 8 + 2 * LINE_END_BYTES;

    private final ResponseWriter writer;
    private final boolean chunked;

    Http1BodyStream(Http1Answer answer, ResponseWriter writer, boolean chunked) {
        super(answer);
        this.writer = writer;
        this.chunked = chunked;
    }

    @Override
    protected ResponseWriter writer() {
        return writer;
    }

    @Override
    protected ByteBuf beginPiece(int bytes, int added) {
        ByteBuf out = writer.tail(bytes + MOST_CHUNK_BYTES, added);
        if (chunked) {
            writeHex(out, bytes + added);
            ResponseHead.endLine(out);
        }
        return out;
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
    protected void writeEnd() {
        if (chunked) {
            ResponseHead.endLine(beginPiece(0, 0));
        }
    }

    private static void writeHex(ByteBuf out, int number) {
        int digits = Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(number) + 3) / 4);
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.writeByte(Character.forDigit(number >>> shift & 0xf, 16));
        }
    }
}
