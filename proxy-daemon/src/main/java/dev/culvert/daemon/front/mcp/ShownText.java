package dev.culvert.daemon.front.mcp;

import io.netty.buffer.ByteBuf;

/** How much of a long text is shown, so that a part of it is still a text. */
final class ShownText {
    private static final int ESCAPE_BYTES = 2;
    private static final int UNICODE_ESCAPE_BYTES = 6;

    private ShownText() {}

    /**
     * How many bytes, at most {@code most}, of the inside of a JSON string can stand alone: no
     * escape and no character is cut.
     */
    static int bytes(ByteBuf inside, int most) {
        int length = inside.readableBytes();
        if (length <= most) {
            return length;
        }
        int start = inside.readerIndex();
        int at = 0;
        while (true) {
            int next = at + step(inside, start + at);
            if (next > most) {
                return at;
            }
            at = next;
        }
    }

    /** The bytes of the escape or the character at {@code index}: of both halves of a pair. */
    private static int step(ByteBuf inside, int index) {
        byte first = inside.getByte(index);
        if (first != '\\') {
            return characterBytes(first);
        }
        if (inside.getByte(index + 1) != 'u') {
            return ESCAPE_BYTES;
        }
        boolean isHalf =
                (inside.getByte(index + 2) | 0x20) == 'd'
                        && "89abAB".indexOf(inside.getByte(index + 3)) >= 0;
        return isHalf ? 2 * UNICODE_ESCAPE_BYTES : UNICODE_ESCAPE_BYTES;
    }

    /** The same of a plain text in UTF-8. */
    static int plainBytes(ByteBuf text, int most) {
        if (text.readableBytes() <= most) {
            return text.readableBytes();
        }
        int end = most;
        while (end > 0 && (text.getByte(text.readerIndex() + end) & 0xc0) == 0x80) {
            end--;
        }
        return end;
    }

    private static int characterBytes(byte first) {
        if (first >= 0) {
            return 1;
        }
        return (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    }
}
