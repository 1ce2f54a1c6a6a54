package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import io.netty.buffer.ByteBuf;

/** Reads the line before a chunk. */
final class ChunkLine {
    /** What {@link #length} says while the line is not all there. */
    static final int INCOMPLETE = -1;

    private static final int MAX_BYTES = 256;
    private static final int MAX_SIZE_DIGITS = 7;

    private ChunkLine() {}

    /**
     * The size of the chunk whose line, of {@code length} bytes with its end, starts {@code in}.
     *
     * @throws ProblemException for all that RFC 9112 does not allow, or when it is unreasonable
     */
    static int size(ByteBuf in, int length) {
        int size = 0;
        int digits = 0;
        int start = in.readerIndex();
        while (hexDigit(in.getByte(start + digits)) >= 0) {
            size = size * 16 + hexDigit(in.getByte(start + digits));
            if (++digits > MAX_SIZE_DIGITS) {
                throw bad("A chunk is larger than any body may be.");
            }
        }
        int end = length - 2;
        if (digits == 0 || in.getByte(start + end) != '\r') {
            throw bad("A chunk does not begin with its size and CR LF.");
        }
        if (digits < end) {
            checkExtension(in, start + digits, start + end);
        }
        return size;
    }

    /** How long the line is with its end, or {@link #INCOMPLETE}. */
    static int length(ByteBuf in) {
        int lineFeed = in.bytesBefore(Math.min(in.readableBytes(), MAX_BYTES), (byte) '\n');
        if (lineFeed < 0 && in.readableBytes() >= MAX_BYTES) {
            throw bad("The line before a chunk takes more than " + MAX_BYTES + " bytes.");
        }
        if (lineFeed == 0) {
            throw bad("A chunk does not begin with its size and CR LF.");
        }
        return lineFeed < 0 ? INCOMPLETE : lineFeed + 1;
    }

    /** What follows is ignored, but must look like an extension, whose quotes end. */
    private static void checkExtension(ByteBuf in, int from, int to) {
        boolean named = from + 1 < to && HeadGuard.isTokenByte(in.getByte(from + 1));
        if (in.getByte(from) != ';' || !named) {
            throw bad("Behind a chunk's size stands something that is no chunk extension.");
        }
        boolean quoted = false;
        boolean escaped = false;
        for (int i = from; i < to; i++) {
            byte b = in.getByte(i);
            if ((b < ' ' && b != '\t') || b == 0x7f) {
                throw bad("A chunk extension holds a byte that is not visible ASCII.");
            }
            quoted ^= b == '"' && !escaped;
            escaped = quoted && b == '\\' && !escaped;
        }
        if (quoted) {
            throw bad("A chunk extension has a quote that does not end.");
        }
    }

    private static int hexDigit(byte b) {
        return Character.digit((char) (b & 0xff), 16);
    }

    private static ProblemException bad(String error) {
        return new ProblemException(Problem.of(BAD_REQUEST, error));
    }
}
