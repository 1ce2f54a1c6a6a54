package dev.culvert.json;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text in UTF-8 as the content of a JSON string, and back. Nothing becomes a {@link String}. */
public final class EscapedText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** A backslash, a u and four digits. */
    private static final int ESCAPED_BYTES = 6;

    private EscapedText() {}

    /**
     * How many bytes of the first {@code most} end with a whole character. The text is UTF-8 and
     * longer than that.
     */
    public static int wholeCharacters(ByteBuf text, int most) {
        int bytes = most;
        while (bytes > 0 && (text.getByte(text.readerIndex() + bytes) & 0xc0) == 0x80) {
            bytes--;
        }
        return bytes;
    }

    /** Moves {@code length} bytes from {@code text} to {@code out}, with what must be escaped. */
    /* In an array, because a direct buffer takes ten times as long for pieces of ten bytes. */
    public static void write(ByteBuf text, int length, ByteBuf out) {
        byte[] bytes = new byte[length];
        text.readBytes(bytes);
        byte[] written = new byte[length + length / 4 + ESCAPED_BYTES];
        int used = 0;
        int from = 0;
        int i = 0;
        while (i < length) {
            i = JsonStrings.plain(bytes, i, length);
            if (i < length && bytes[i] < 0) {
                i++;
            } else if (i < length) {
                int most = used + i - from + ESCAPED_BYTES;
                if (most > written.length) {
                    written = Arrays.copyOf(written, 2 * most);
                }
                System.arraycopy(bytes, from, written, used, i - from);
                used = escape(bytes[i], written, used + i - from);
                i++;
                from = i;
            }
        }
        out.writeBytes(written, 0, used);
        out.writeBytes(bytes, from, length - from);
    }

    private static int escape(byte b, byte[] out, int at) {
        out[at] = '\\';
        switch (b) {
            case '"', '\\' -> out[at + 1] = b;
            case '\n' -> out[at + 1] = 'n';
            case '\r' -> out[at + 1] = 'r';
            case '\t' -> out[at + 1] = 't';
            default -> {
                out[at + 1] = 'u';
                out[at + 2] = '0';
                out[at + 3] = '0';
                out[at + 4] = HEX[b >> 4];
                out[at + 5] = HEX[b & 0xf];
                return at + ESCAPED_BYTES;
            }
        }
        return at + 2;
    }

    /**
     * Writes what the string says that is in {@code json}, from the first byte after its quote to
     * the last one before the other, to {@code out}. The string was checked before.
     *
     * @return false if half of a surrogate pair is missing; then nothing is written
     */
    public static boolean read(ByteBuf json, int from, int to, ByteBuf out) {
        byte[] bytes = new byte[to - from];
        json.getBytes(from, bytes);
        int written = 0;
        int i = 0;
        while (i < bytes.length) {
            byte b = bytes[i];
            if (b != '\\') {
                bytes[written++] = b;
                i++;
            } else if (bytes[i + 1] != 'u') {
                bytes[written++] = meaning(bytes[i + 1]);
                i += 2;
            } else {
                int character = codePoint(bytes, i);
                if (character < 0) {
                    return false;
                }
                i += Character.charCount(character) * ESCAPED_BYTES;
                written = encode(character, bytes, written); // takes less room than the escape
            }
        }
        out.writeBytes(bytes, 0, written);
        return true;
    }

    private static byte meaning(byte escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escaped;
        };
    }

    /** The character whose escape, or whose two, begin at {@code i}; -1 for half of one. */
    private static int codePoint(byte[] bytes, int i) {
        char first = unit(bytes, i);
        if (!Character.isSurrogate(first)) {
            return first;
        }
        int second = i + ESCAPED_BYTES;
        if (!Character.isHighSurrogate(first)
                || second + ESCAPED_BYTES > bytes.length
                || bytes[second] != '\\'
                || bytes[second + 1] != 'u'
                || !Character.isLowSurrogate(unit(bytes, second))) {
            return -1;
        }
        return Character.toCodePoint(first, unit(bytes, second));
    }

    private static char unit(byte[] bytes, int escape) {
        int unit = 0;
        for (int k = escape + 2; k < escape + ESCAPED_BYTES; k++) {
            unit = unit << 4 | Character.digit(bytes[k], 16);
        }
        return (char) unit;
    }

    private static int encode(int character, byte[] out, int at) {
        byte[] encoded = Character.toString(character).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, out, at, encoded.length);
        return at + encoded.length;
    }
}
