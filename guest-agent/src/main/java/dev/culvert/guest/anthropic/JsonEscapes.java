package dev.culvert.guest.anthropic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Decodes the escapes of a JSON string from buffer to buffer. */
final class JsonEscapes {
    private static final int UNICODE_DIGITS = 4;
    private static final char REPLACEMENT = '\uFFFD';

    private JsonEscapes() {}

    /**
     * Writes the content of a well-formed string, which is from {@code from} to {@code to} without
     * its quotes. Half of a surrogate pair becomes U+FFFD.
     */
    static void unescape(ByteBuf text, int from, int to, ByteBuf out) {
        int at = from;
        while (at < to) {
            int slash = text.indexOf(at, to, (byte) '\\');
            int plainEnd = slash < 0 ? to : slash;
            out.writeBytes(text, at, plainEnd - at);
            at = slash < 0 ? to : escape(text, slash + 1, to, out);
        }
    }

    /** Returns the index after the escape. */
    private static int escape(ByteBuf text, int at, int to, ByteBuf out) {
        byte b = text.getByte(at);
        if (b == 'u') {
            return unicode(text, at + 1, to, out);
        }
        out.writeByte(
                switch (b) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    default -> b;
                });
        return at + 1;
    }

    private static int unicode(ByteBuf text, int at, int to, ByteBuf out) {
        char first = digits(text, at);
        int next = at + UNICODE_DIGITS;
        if (!Character.isSurrogate(first)) {
            ByteBufUtil.writeUtf8(out, String.valueOf(first));
            return next;
        }
        int low = next + 2;
        boolean isPair =
                Character.isHighSurrogate(first)
                        && low + UNICODE_DIGITS <= to
                        && text.getByte(next) == '\\'
                        && text.getByte(next + 1) == 'u'
                        && Character.isLowSurrogate(digits(text, low));
        if (!isPair) {
            ByteBufUtil.writeUtf8(out, String.valueOf(REPLACEMENT));
            return next;
        }
        ByteBufUtil.writeUtf8(out, new String(new char[] {first, digits(text, low)}));
        return low + UNICODE_DIGITS;
    }

    private static char digits(ByteBuf text, int at) {
        int value = 0;
        for (int i = at; i < at + UNICODE_DIGITS; i++) {
            value = value << 4 | Character.digit(text.getByte(i), 16);
        }
        return (char) value;
    }
}
