package dev.culvert.frame;

import static dev.culvert.frame.BadFrameException.Reason.INVALID_JSON;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_UTF8;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The strings of a JSON text: where they end, and what they say. */
final class JsonStrings {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long TWOS = ONES * 2;
    private static final long BACKSLASHES = ONES * '\\';
    private static final long UP_TO_BLANKS = ONES * (' ' + 1);

    private JsonStrings() {}

    /**
     * Where the string whose first character stands at {@code from} is over: the byte behind its
     * closing quote, and the complement of that where it has an escape.
     */
    static int behind(byte[] bytes, int from, int end) {
        boolean escaped = false;
        int i = from;
        while (true) {
            i = plain(bytes, i, end);
            byte b = i < end ? bytes[i] : 0;
            if (b == '"') {
                return escaped ? ~(i + 1) : i + 1;
            }
            if (b == '\\') {
                escaped = true;
                i = escape(bytes, i + 1, end);
            } else if (b < 0) {
                i = multibyte(bytes, i, end);
            } else {
                throw new BadFrameException(
                        INVALID_JSON,
                        i < end ? "a control character in a string" : "a string without its end");
            }
        }
    }

    /** The first byte from {@code i} on that is more than a character of ASCII in a string. */
    private static int plain(byte[] bytes, int i, int end) {
        int next = i;
        for (int last = end - Long.BYTES; next <= last; next += Long.BYTES) {
            long special = special((long) EIGHT_BYTES.get(bytes, next));
            if (special != 0) {
                return next + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        while (next < end && bytes[next] >= ' ' && bytes[next] != '"' && bytes[next] != '\\') {
            next++;
        }
        return next;
    }

    /**
     * The highest bit of each byte that is special, up to and with the first; of those behind it,
     * nothing.
     */
    /* To take 2 from the blank's and the quote's code by XOR lets one subtraction find the controls
     * and the quote. A byte that has its highest bit is special itself, whatever the subtractions
     * make of it, and what they borrow comes from bytes behind the first. */
    private static long special(long eight) {
        long controlsAndQuotes = (eight ^ TWOS) - UP_TO_BLANKS;
        long backslashes = (eight ^ BACKSLASHES) - ONES;
        return (eight | controlsAndQuotes | backslashes) & HIGH_BITS;
    }

    private static int multibyte(byte[] bytes, int i, int end) {
        int next = i;
        while (next < end && bytes[next] < 0) {
            int length = Utf8.sequenceLength(bytes, next, end);
            if (length == 0) {
                throw new BadFrameException(INVALID_UTF8, "it is not UTF-8 throughout");
            }
            next += length;
        }
        return next;
    }

    /** Behind the escape whose backslash stands before {@code i}. */
    private static int escape(byte[] bytes, int i, int end) {
        byte b = i < end ? bytes[i] : 0;
        if (b != 'u') {
            if (b == 0 || "\"\\/bfnrt".indexOf(b) < 0) {
                throw notAnEscape();
            }
            return i + 1;
        }
        for (int k = i + 1; k <= i + 4; k++) {
            if (k >= end || Character.digit(bytes[k], 16) < 0) {
                throw notAnEscape();
            }
        }
        return i + 5;
    }

    private static BadFrameException notAnEscape() {
        return new BadFrameException(INVALID_JSON, "an escape in a string that is none");
    }

    /** What the bytes of a string say in which {@link #behind} has found escapes. */
    static String unescaped(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int i = from;
        while (i < to) {
            int next = i;
            while (next < to && bytes[next] != '\\') {
                next++;
            }
            text.append(new String(bytes, i, next - i, UTF_8));
            i = next;
            if (i < to && bytes[i + 1] == 'u') {
                String digits = new String(bytes, i + 2, 4, ISO_8859_1);
                text.append((char) Integer.parseInt(digits, 16));
                i += 6;
            } else if (i < to) {
                text.append(meaning(bytes[i + 1]));
                i += 2;
            }
        }
        return text.toString();
    }

    private static char meaning(byte escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) escaped;
        };
    }
}
