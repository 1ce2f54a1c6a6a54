package dev.culvert.frame;

import static dev.culvert.frame.BadFrameException.Reason.BYTE_ORDER_MARK;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_JSON;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_UTF8;
import static dev.culvert.frame.BadFrameException.Reason.NAME_TOO_LONG;
import static dev.culvert.frame.BadFrameException.Reason.NOT_AN_OBJECT;
import static dev.culvert.frame.BadFrameException.Reason.TOO_DEEP;
import static dev.culvert.frame.BadFrameException.Reason.TOO_MANY_TOKENS;
import static dev.culvert.frame.BadFrameException.Reason.TRAILING_BYTES;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Goes through one JSON object, member by member, and checks in the same pass that every byte is as
 * framing.md demands. Nothing is decoded but what is asked for.
 */
/* Jackson's parser makes several objects for each text, looks at each byte by itself, and leaves the
 * encoding of skipped strings unchecked, so that it takes a second pass. That this one accepts just
 * what that one does is tested with texts made by chance. There is one for each thread, with an array
 * as large as the largest text it met, for what arrives lies outside the heap. */
final class JsonScanner {
    private static final FastThreadLocal<JsonScanner> HERE =
            new FastThreadLocal<>() {
                @Override
                protected JsonScanner initialValue() {
                    return new JsonScanner();
                }
            };
    private static final int FIRST_COPY_BYTES = 16 * 1024;

    /**
     * A turn has thousands of frames with the same id, which need not be a text of its own each.
     * For all links of a thread: each link's own would be kept until it is met again, if ever.
     */
    private static final int KNOWN = 1024;

    private byte[] copy = new byte[FIRST_COPY_BYTES];
    private byte[] bytes = copy;
    private final @Nullable String[] known = new @Nullable String[KNOWN];
    private FrameLimits limits = FrameLimits.DEFAULTS;
    private int start;
    private int end;
    private int at;
    private int tokens;
    private int depth;

    /** A bit for each level, the innermost the lowest: set where it is an object. */
    private long objects;

    private int nameStart;
    private int nameEnd;
    private boolean nameIsEscaped;
    private int valueStart;
    private int valueEnd;
    private boolean textIsEscaped;
    private boolean first;

    private JsonScanner() {}

    /** The scanner of this thread, in front of {@code text}, until it is asked for anew. */
    static JsonScanner of(ByteBuf text, FrameLimits limits) {
        return of(text, text.readerIndex(), text.readableBytes(), limits);
    }

    /** As {@link #of(ByteBuf, FrameLimits)}, of so many bytes from {@code index} on. */
    static JsonScanner of(ByteBuf text, int index, int length, FrameLimits limits) {
        JsonScanner here = HERE.get();
        here.limits = limits;
        if (text.hasArray()) {
            here.begin(text.array(), text.arrayOffset() + index, length);
        } else {
            here.begin(here.room(length), 0, length);
            text.getBytes(index, here.copy, 0, length);
        }
        return here;
    }

    private byte[] room(int length) {
        if (copy.length < length) {
            copy = new byte[Math.max(length, 2 * copy.length)];
        }
        return copy;
    }

    private void begin(byte[] in, int from, int length) {
        bytes = in;
        start = from;
        end = from + length;
        at = from;
        tokens = 0;
        depth = 0;
        objects = 0;
    }

    /** Goes into the object; what it finds instead is refused. */
    void open() {
        if (end - start > 2
                && bytes[start] == (byte) 0xef
                && bytes[start + 1] == (byte) 0xbb
                && bytes[start + 2] == (byte) 0xbf) {
            throw new BadFrameException(BYTE_ORDER_MARK, "the text begins with one");
        }
        byte b = afterBlanks();
        if (b == '{') {
            enter();
            return;
        }
        if (b != '[' && b != '"') {
            scalar(b);
        }
        throw new BadFrameException(
                NOT_AN_OBJECT,
                "it begins with '" + Quoted.word(String.valueOf((char) (b & 0xff))) + "'");
    }

    /** In front of the value that is all of the text. */
    void begin() {
        afterBlanks();
        valueStart = at;
    }

    /** Goes into the value, which is an object: what comes next are its members. */
    void enter() {
        open(true);
        first = true;
    }

    /**
     * Goes on to the value of the next member; false behind the last one, and behind its object.
     */
    boolean next() {
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
        name(b);
        valueStart = at;
        return true;
    }

    /**
     * What is to be said of a text in which {@code found} was met: that it is not UTF-8 throughout
     * comes before all else.
     */
    BadFrameException verdict(BadFrameException found) {
        return Utf8.isValid(bytes, start, end)
                ? found
                : new BadFrameException(INVALID_UTF8, "it is not UTF-8 throughout");
    }

    /** Nothing but blanks may stand behind the object. */
    void end() {
        int ended = at;
        while (at < end && isBlank(bytes[at])) {
            at++;
        }
        if (at < end) {
            throw new BadFrameException(
                    TRAILING_BYTES,
                    "the object ends at byte " + (ended - start) + " of " + (end - start));
        }
    }

    /** Whether the member has this name, which is plain ASCII. */
    boolean isNamed(String name) {
        return nameIsEscaped ? name().equals(name) : is(name, nameStart, nameEnd);
    }

    boolean isNameEscaped() {
        return nameIsEscaped;
    }

    /** The name of the member. */
    String name() {
        return decoded(nameStart, nameEnd, nameIsEscaped);
    }

    /** The first byte of the value, which says of what kind it is. */
    byte kind() {
        return bytes[valueStart];
    }

    /** Goes behind the value, whatever it is. */
    void skip() {
        int ownStart = nameStart;
        int ownEnd = nameEnd;
        boolean ownIsEscaped = nameIsEscaped;
        value();
        valueEnd = at;
        nameStart = ownStart;
        nameEnd = ownEnd;
        nameIsEscaped = ownIsEscaped;
    }

    /**
     * Goes behind the value, which is an array, as {@link #skip} does.
     *
     * @return whether each element begins with {@code kind}
     */
    boolean skipArrayOf(byte kind) {
        int ownStart = nameStart;
        int ownEnd = nameEnd;
        boolean ownIsEscaped = nameIsEscaped;
        boolean all = true;
        open(false);
        byte b = afterBlanks();
        while (b != ']') {
            all &= b == kind;
            value();
            b = afterBlanks();
            if (b != ']') {
                b = afterComma(b);
                if (b == ']') {
                    throw bad("a value is expected");
                }
            }
        }
        close();
        valueEnd = at;
        nameStart = ownStart;
        nameEnd = ownEnd;
        nameIsEscaped = ownIsEscaped;
        return all;
    }

    /** The value that was skipped, which is a string. */
    String text() {
        return decoded(valueStart + 1, valueEnd - 1, textIsEscaped);
    }

    /** Whether the value that was skipped is this text, plain ASCII without an escape. */
    boolean isText(String text) {
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

    /** What was remembered of the text of the value that was skipped, or null. */
    @Nullable String known() {
        String text = known[knownPlace()];
        return text != null && !textIsEscaped && isText(text) ? text : null;
    }

    /** This thread is about to read {@code ascii}. */
    static void expect(String ascii) {
        HERE.get().known[ascii.hashCode() & (KNOWN - 1)] = ascii;
    }

    /** For {@link #known}: {@code text} is what was skipped, of ASCII. */
    void remember(String text) {
        known[knownPlace()] = text;
    }

    private int knownPlace() {
        return textHash() & (KNOWN - 1);
    }

    /** As {@link String#hashCode} of the text, where it is plain ASCII. */
    private int textHash() {
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

    /** The name and the value that {@link #skip} went over, counted from the first byte of all. */
    int nameStart() {
        return nameStart - start;
    }

    int nameEnd() {
        return nameEnd - start;
    }

    int valueStart() {
        return valueStart - start;
    }

    int valueEnd() {
        return valueEnd - start;
    }

    /**
     * The value that was skipped, where it is written in digits alone and not above {@code most};
     * -1 otherwise.
     */
    long digits(long most) {
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

    private void value() {
        int outside = depth;
        byte b = bytes[at];
        while (true) {
            if (b == '{') {
                open(true);
                b = afterBlanks();
                if (b != '}') {
                    name(b);
                    b = bytes[at];
                    continue;
                }
            } else if (b == '[') {
                open(false);
                b = afterBlanks();
                if (b != ']') {
                    continue;
                }
            } else {
                scalar(b);
                if (depth == outside) {
                    return;
                }
                b = afterBlanks();
            }
            while (b == (isInObject() ? '}' : ']')) {
                close();
                if (depth == outside) {
                    return;
                }
                b = afterBlanks();
            }
            b = afterComma(b);
            if (isInObject()) {
                name(b);
                b = bytes[at];
            }
        }
    }

    /** Behind it stands the value. */
    private void name(byte b) {
        if (b != '"') {
            throw bad("a member's name in double quotes is expected");
        }
        token();
        nameStart = at + 1;
        string();
        nameEnd = at - 1;
        nameIsEscaped = textIsEscaped;
        if (nameIsEscaped) {
            checkEscapedName();
        } else {
            checkName(nameEnd - nameStart);
        }
        if (afterBlanks() != ':') {
            throw bad("':' is expected");
        }
        at++;
        afterBlanks();
    }

    private void checkEscapedName() {
        String name = name();
        if (Utf8.hasLoneSurrogate(name)) {
            throw bad("a name has a surrogate escape without its partner");
        }
        checkName(name.getBytes(UTF_8).length);
    }

    private void checkName(int length) {
        if (length > limits.nameLength()) {
            throw new BadFrameException(
                    NAME_TOO_LONG, "over " + limits.nameLength() + " bytes in a name");
        }
    }

    private void scalar(byte b) {
        token();
        switch (b) {
            case '"' -> string();
            case 't', 'f', 'n' -> at = JsonScalars.behindWord(bytes, at, end);
            default -> at = JsonScalars.behindNumber(bytes, at, end, limits.numberLength());
        }
    }

    private void string() {
        int behind = JsonStrings.behind(bytes, at + 1, end);
        textIsEscaped = behind < 0;
        at = textIsEscaped ? ~behind : behind;
    }

    private void open(boolean object) {
        token();
        if (++depth > limits.depth()) {
            throw new BadFrameException(TOO_DEEP, "over " + limits.depth() + " levels deep");
        }
        objects = objects << 1 | (object ? 1 : 0);
        at++;
    }

    private void close() {
        token();
        depth--;
        objects >>>= 1;
        at++;
    }

    private boolean isInObject() {
        return (objects & 1) != 0;
    }

    private void token() {
        if (++tokens > limits.tokens()) {
            throw new BadFrameException(TOO_MANY_TOKENS, "over " + limits.tokens() + " tokens");
        }
    }

    /** The next byte that is no blank, which there must be. */
    private byte afterBlanks() {
        while (at < end) {
            byte b = bytes[at];
            if (!isBlank(b)) {
                return b;
            }
            at++;
        }
        throw bad("the text ends before the object does");
    }

    private static boolean isBlank(byte b) {
        return b <= ' ' && (b == ' ' || b == '\n' || b == '\r' || b == '\t');
    }

    private byte afterComma(byte b) {
        if (b != ',') {
            throw bad("',' or the end of the object or list is expected");
        }
        at++;
        return afterBlanks();
    }

    /** The text is no JSON. */
    private BadFrameException bad(String what) {
        return new BadFrameException(INVALID_JSON, what + ", at byte " + (at - start));
    }
}
