package dev.culvert.json;

import static dev.culvert.json.BadJsonException.Reason.INVALID_UTF8;
import static dev.culvert.json.BadJsonException.Reason.NOT_AN_OBJECT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Reads one JSON object member by member. In the same pass it checks every byte against the
 * grammar, UTF-8 and the limits, and decodes only what is asked for.
 *
 * <pre>
 *   text.open();                    // into the object
 *   while (text.next()) {           // to the next member: isNamed, kind
 *       text.skip();                // over its value: text, digits, valueEnd
 *   }                               // or enter(), where the value is an object, and next() again
 *   text.end();                     // nothing may follow
 * </pre>
 *
 * Each thread has one scanner: it is valid until the thread asks for it again.
 */
/* Going over a frame of a 40-byte chunk takes 0.43 of the time that Jackson's parser takes, and
 * allocates nothing instead of 800 bytes; and Jackson does not check the encoding of strings that it
 * skips. (To repeat it, let FrameBenchmark's scan read the envelope with JsonText.parser.) A test with
 * random texts compares what the two accept. The array is as large as the largest frame that its
 * thread met: what arrives is outside the heap. */
public final class JsonScanner extends JsonGrammar {
    private static final FastThreadLocal<JsonScanner> HERE =
            new FastThreadLocal<>() {
                @Override
                protected JsonScanner initialValue() {
                    return new JsonScanner();
                }
            };
    private static final int FIRST_COPY_BYTES = 16 * 1024;

    /** A little more than a frame takes. */
    private static final int MOST_KEPT_BYTES = 5 * 1024 * 1024;

    private byte[] copy = new byte[FIRST_COPY_BYTES];
    private int nameStart;
    private int nameEnd;
    private boolean nameIsEscaped;
    private int valueStart;
    private int valueEnd;
    private boolean first;

    private JsonScanner() {}

    /** The scanner of this thread, at the start of {@code text}, which it borrows. */
    public static JsonScanner of(ByteBuf text, JsonLimits limits) {
        return of(text, text.readerIndex(), text.readableBytes(), limits);
    }

    /** As {@link #of(ByteBuf, JsonLimits)}, for the {@code length} bytes from {@code index} on. */
    public static JsonScanner of(ByteBuf text, int index, int length, JsonLimits limits) {
        JsonScanner here = HERE.get();
        if (text.hasArray()) {
            here.begin(text.array(), text.arrayOffset() + index, length, limits);
        } else {
            byte[] room = here.room(length);
            text.getBytes(index, room, 0, length);
            here.begin(room, 0, length, limits);
        }
        return here;
    }

    /** The bytes that it reads, which start at {@link #textStart}; valid for as long as it is. */
    byte[] textBytes() {
        return bytes;
    }

    /** The index of the first byte of the text in {@link #textBytes}. */
    int textStart() {
        return start;
    }

    /** Room for the largest texts, which are rare, is not kept. */
    private byte[] room(int length) {
        if (length > MOST_KEPT_BYTES) {
            return new byte[length];
        }
        if (copy.length < length) {
            copy = new byte[Math.clamp(2L * copy.length, length, MOST_KEPT_BYTES)];
        }
        return copy;
    }

    /** Steps into the object that the text must be. */
    public void open() {
        refuseByteOrderMark();
        byte b = afterBlanks();
        if (b == '{') {
            valueStart = at;
            enter();
            return;
        }
        if (b != '[' && b != '"') {
            scalar(b);
        }
        throw new BadJsonException(NOT_AN_OBJECT, "it begins with '" + (char) b + "'");
    }

    /** Steps to the value that the text consists of, whatever it is. */
    public void toValue() {
        afterBlanks();
        valueStart = at;
    }

    /** Steps into the value, which is an object: the next members are its own. */
    public void enter() {
        open(true);
        first = true;
    }

    /** Steps to the value of the next member; where there is none, out of the object. */
    public boolean next() {
        byte b = afterBlanks();
        if (b == '}') {
            close();
            first = false;
            valueEnd = at;
            return false;
        }
        if (!first) {
            b = afterComma(b);
        }
        first = false;
        nameStart = at + 1;
        name(b);
        nameEnd = at - 1;
        nameIsEscaped = textIsEscaped;
        colon();
        valueStart = at;
        return true;
    }

    /** Steps into the value, which is an array: its elements come next. */
    public void enterArray() {
        open(false);
        first = true;
    }

    /** Steps to the next element; where there is none, out of the array. */
    public boolean nextElement() {
        byte b = afterBlanks();
        if (b == ']') {
            close();
            first = false;
            valueEnd = at;
            return false;
        }
        if (!first) {
            afterComma(b);
        }
        first = false;
        valueStart = at;
        return true;
    }

    /** Steps over the value, whatever it is. */
    public void skip() {
        value();
        valueEnd = at;
    }

    /**
     * Steps over the value, which is an array.
     *
     * @return whether each element begins with {@code kind}
     */
    public boolean skipArrayOf(byte kind) {
        boolean all = arrayOf(kind);
        valueEnd = at;
        return all;
    }

    /** Only blanks may follow the object. */
    public void end() {
        refuseMore();
    }

    /** Why a text is refused in which {@code found} was met: bad UTF-8 comes before all else. */
    public BadJsonException verdict(BadJsonException found) {
        return isUtf8() ? found : new BadJsonException(INVALID_UTF8, "it is not UTF-8 throughout");
    }

    /** Whether the whole text is UTF-8, also where the scanner has not been. */
    public boolean isUtf8() {
        return Utf8.isValid(bytes, start, end);
    }

    /** Whether the member has this name, which is plain ASCII. */
    public boolean isNamed(String name) {
        return nameIsEscaped ? name().equals(name) : is(name, nameStart, nameEnd);
    }

    public boolean isNameEscaped() {
        return nameIsEscaped;
    }

    /** The name of the member. */
    String name() {
        return decoded(nameStart, nameEnd, nameIsEscaped);
    }

    /** How many bytes the name takes as it is written, without its quotes. */
    public int nameBytes() {
        return nameEnd - nameStart;
    }

    /** The first byte of the value, which tells its kind. */
    public byte kind() {
        return bytes[valueStart];
    }

    /** The skipped value, which is a string. */
    public String text() {
        return decoded(valueStart + 1, valueEnd - 1, textIsEscaped);
    }

    /** Whether the skipped value, which is a string, contains an escape. */
    public boolean isTextEscaped() {
        return textIsEscaped;
    }

    /** Whether the skipped value is this text, plain ASCII without an escape. */
    public boolean isText(String text) {
        return kind() == '"' && is(text, valueStart + 1, valueEnd - 1);
    }

    private boolean is(String ascii, int from, int to) {
        int length = ascii.length();
        if (to - from != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@link String#hashCode} of the skipped value, if it is plain ASCII without an escape. */
    public int textHash() {
        int hash = 0;
        for (int i = valueStart + 1; i < valueEnd - 1; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    private String decoded(int from, int to, boolean escaped) {
        return escaped
                ? JsonStrings.unescaped(bytes, from, to)
                : new String(bytes, from, to - from, UTF_8);
    }

    /** The skipped value as a number, if it is all digits and at most {@code most}; else -1. */
    public long digits(long most) {
        long value = 0;
        for (int i = valueStart; i < valueEnd; i++) {
            byte b = bytes[i];
            if (b < '0' || b > '9' || value > most) {
                return -1;
            }
            value = 10 * value + (b - '0');
        }
        return value > most ? -1 : value;
    }

    /** Counted from the first byte of the text, as are the three below. */
    int nameStart() {
        return nameStart - start;
    }

    int nameEnd() {
        return nameEnd - start;
    }

    public int valueStart() {
        return valueStart - start;
    }

    public int valueEnd() {
        return valueEnd - start;
    }
}
