package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.ByteBuf;

/** Reads the line before each chunk. */
final class ChunkLine {
    /** Returned by {@link #length} while the line is incomplete. */
    static final int INCOMPLETE = -1;

    /** The length of a line with one digit. */
    static final int TINY_BYTES = 3;

    private static final short CR_LF = '\r' << 8 | '\n';
    private static final int MAX_BYTES = 256;
    private static final int MAX_SIZE_DIGITS = 7;

    private ChunkLine() {}

    /**
     * The size of the chunk whose line, of {@code length} bytes with its end, starts {@code in}.
     *
     * @throws ProblemException when RFC 9112 does not allow the line, or the size is unreasonable
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
            checkExtensions(in, start + digits, start + end);
        }
        return size;
    }

    /**
     * The size in a line of one digit; 0 for any other line and for an incomplete one. With this, a
     * body in chunks of one byte takes a third of the time: 16 ms for 1 MiB instead of 49
     * (ChunkedBodyTest has such a body).
     */
    static int tinySize(ByteBuf in) {
        int start = in.readerIndex();
        if (in.readableBytes() < TINY_BYTES || in.getShort(start + 1) != CR_LF) {
            return 0;
        }
        return Math.max(0, hexDigit(in.getByte(start)));
    }

    /** The shortest line for that size, without zeros and extensions. */
    static int shortestLength(int size) {
        int digits = Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(size) + 3) / 4);
        return digits + 2;
    }

    /** The length of the line with its end, or {@link #INCOMPLETE}. */
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

    /**
     * Extensions are ignored but must be valid (RFC 9112, 7.1.1): a semicolon, a name and
     * optionally a value, with blanks around the semicolon and the equals sign.
     */
    private static void checkExtensions(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to) {
            at = skipBlanks(in, at, to);
            if (at == to || in.getByte(at) != ';') {
                throw badExtension();
            }
            at = skipToken(in, skipBlanks(in, at + 1, to), to);
            int equals = skipBlanks(in, at, to);
            if (equals < to && in.getByte(equals) == '=') {
                int value = skipBlanks(in, equals + 1, to);
                boolean quoted = value < to && in.getByte(value) == '"';
                at = quoted ? skipQuoted(in, value + 1, to) : skipToken(in, value, to);
            }
        }
    }

    private static int skipBlanks(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to && (in.getByte(at) == ' ' || in.getByte(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static int skipToken(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to && HeadGuard.isTokenByte(in.getByte(at))) {
            at++;
        }
        if (at == from) {
            throw badExtension();
        }
        return at;
    }

    private static int skipQuoted(ByteBuf in, int from, int to) {
        for (int at = from; at < to; at++) {
            byte b = in.getByte(at);
            if (b == '"') {
                return at + 1;
            }
            if (b == '\\') {
                at++; // the escaped byte may be a quote
            }
            if (at == to || !isText(in.getByte(at))) {
                throw badExtension();
            }
        }
        throw badExtension();
    }

    private static boolean isText(byte b) {
        return (b >= ' ' && b != 0x7f) || b == '\t';
    }

    private static ProblemException badExtension() {
        return bad(
                "After a chunk's size comes something that is not a chunk extension, ';NAME' or"
                        + " ';NAME=VALUE'.");
    }

    private static int hexDigit(byte b) {
        return Character.digit((char) (b & 0xff), 16);
    }

    private static ProblemException bad(String error) {
        return new ProblemException(Problem.of(BAD_REQUEST, error));
    }
}
