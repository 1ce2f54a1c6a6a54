package dev.culvert.json;

import static dev.culvert.json.BadJsonException.Reason.INVALID_JSON;
import static dev.culvert.json.BadJsonException.Reason.INVALID_UTF8;
import static dev.culvert.json.BadJsonException.Reason.NAME_TOO_LONG;
import static dev.culvert.json.BadJsonException.Reason.NOT_AN_OBJECT;
import static dev.culvert.json.BadJsonException.Reason.TOO_DEEP;
import static dev.culvert.json.BadJsonException.Reason.TOO_MANY_TOKENS;
import static dev.culvert.json.BadJsonException.Reason.TRAILING_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks a large text while it arrives: it must be one object that can be sent as a payload.
 * Accepts what {@link JsonText#checkObject} accepts, and notes where the members are. Confined to
 * one thread at a time.
 *
 * <pre>
 *   checker.advance(text);   // whenever more of the text is there
 *   checker.end(text);       // it is whole: throws if something is wrong with it
 *   new JsonMembers(text, checker.places())
 * </pre>
 */
/* In one go, 32 MiB of small tokens take over 100 ms, in which an event loop serves nobody else. And the scanner would
 * copy all of the text to the heap. This one looks at 64 KiB at a time. A value that is a string may end in a later
 * piece; anything else that a piece cuts is read again with the next one, since it is short. One class of over 300 lines:
 * the grammar is one state machine. */
public final class JsonChecker {
    private static final int WINDOW_BYTES = 64 * 1024;

    /** A number has these besides its digits: two signs, a point and an e. */
    private static final int MOST_MARKS = 4;

    /** A backslash, a u and four digits. */
    private static final int ESCAPED_BYTES = 6;

    private static final int LONGEST_SEQUENCE = 4;
    private static final int PLACES_OF_A_MEMBER = 4;

    private static final FastThreadLocal<byte[]> WINDOW =
            new FastThreadLocal<>() {
                @Override
                protected byte[] initialValue() {
                    return new byte[WINDOW_BYTES];
                }
            };

    private enum Next {
        OBJECT,
        NAME_OR_END,
        NAME,
        COLON,
        VALUE,
        VALUE_OR_END,
        COMMA_OR_END,
        NOTHING
    }

    private final JsonLimits limits;
    private Next next = Next.OBJECT;
    private boolean isInText;

    /** So many bytes are checked. */
    private int at;

    private int tokens;
    private int depth;

    /** As in {@link JsonGrammar}. */
    private long objects;

    /** As {@link JsonMembers} wants them. */
    private int[] places = new int[8 * PLACES_OF_A_MEMBER];

    private int used;
    private @Nullable BadJsonException fault;

    public JsonChecker() {
        this(JsonLimits.PAYLOAD);
    }

    JsonChecker(JsonLimits limits) {
        this.limits = limits;
    }

    /** How many bytes it has looked at. */
    public int checkedBytes() {
        return at;
    }

    /** Goes on as far as {@code text}, which is lent, has arrived. */
    public void advance(ByteBuf text) {
        check(text, false);
    }

    /**
     * Checks the rest of the text, which is lent and whole.
     *
     * @throws BadJsonException saying what is wrong
     */
    public void end(ByteBuf text) {
        check(text, true);
        if (fault == null && next != Next.NOTHING) {
            fault = new BadJsonException(INVALID_JSON, "the text ends before the object does");
        }
        if (fault != null) {
            throw fault;
        }
    }

    /** Where the members of the object are, after {@link #end}. */
    public int[] places() {
        return Arrays.copyOf(places, used);
    }

    private void check(ByteBuf text, boolean isWhole) {
        int room = WINDOW_BYTES;
        try {
            while (fault == null && at < text.readableBytes()) {
                int length = Math.min(room, text.readableBytes() - at);
                byte[] window = room == WINDOW_BYTES ? WINDOW.get() : new byte[room];
                text.getBytes(text.readerIndex() + at, window, 0, length);
                boolean isLast = at + length == text.readableBytes();
                int checked = checkWindow(window, length, isWhole && isLast);
                at += checked;
                if (isLast && checked < length) {
                    return; // the rest may be a part of something
                }
                room = checked == 0 ? 2 * room : WINDOW_BYTES; // for a very long name
            }
        } catch (BadJsonException bad) {
            fault = bad;
        }
    }

    /**
     * Returns how many bytes are checked for good.
     *
     * @param isEnd whether the text ends with the window
     */
    private int checkWindow(byte[] bytes, int end, boolean isEnd) {
        int i = 0;
        while (i < end) {
            int from = i;
            i = isInText ? text(bytes, i, end, isEnd) : part(bytes, i, end, isEnd);
            if (i == from) {
                return i;
            }
        }
        return i;
    }

    /** Each of these returns {@code i} where the part is not complete. */
    private int part(byte[] bytes, int i, int end, boolean isEnd) {
        byte b = bytes[i];
        if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
            return i + 1;
        }
        return switch (next) {
            case OBJECT -> {
                if (b != '{') {
                    throw new BadJsonException(NOT_AN_OBJECT, "it does not begin with '{'");
                }
                yield open(true, i);
            }
            case NAME_OR_END -> b == '}' ? close(i) : name(bytes, i, end, isEnd);
            case NAME -> name(bytes, i, end, isEnd);
            case COLON -> {
                if (b != ':') {
                    throw bad("':' is expected", i);
                }
                next = Next.VALUE;
                yield i + 1;
            }
            case VALUE_OR_END -> b == ']' ? close(i) : value(bytes, i, end, isEnd);
            case VALUE -> value(bytes, i, end, isEnd);
            case COMMA_OR_END -> commaOrEnd(b, i);
            case NOTHING ->
                    throw new BadJsonException(
                            TRAILING_BYTES, "the object ends before byte " + (at + i));
        };
    }

    private int commaOrEnd(byte b, int i) {
        boolean isInObject = (objects & 1) != 0;
        if (b == (isInObject ? '}' : ']')) {
            return close(i);
        }
        if (b != ',') {
            throw bad("',' or the end of the object or list is expected", i);
        }
        next = isInObject ? Next.NAME : Next.VALUE;
        return i + 1;
    }

    private int open(boolean isObject, int i) {
        token();
        if (++depth > limits.depth()) {
            throw new BadJsonException(TOO_DEEP, "over " + limits.depth() + " levels deep");
        }
        objects = objects << 1 | (isObject ? 1 : 0);
        next = isObject ? Next.NAME_OR_END : Next.VALUE_OR_END;
        return i + 1;
    }

    private int close(int i) {
        token();
        depth--;
        objects >>>= 1;
        return valueEnded(i + 1);
    }

    private int name(byte[] bytes, int i, int end, boolean isEnd) {
        if (bytes[i] != '"') {
            throw bad("a member's name in double quotes is expected", i);
        }
        int quote = i + 1;
        while (quote < end && bytes[quote] != '"') {
            quote += bytes[quote] == '\\' ? 2 : 1;
        }
        if (quote >= end && !isEnd) {
            if (end - i > 2 + ESCAPED_BYTES * limits.nameLength()) {
                throw new BadJsonException(
                        NAME_TOO_LONG, "over " + limits.nameLength() + " bytes in a name");
            }
            return i;
        }
        token();
        int ended = JsonStrings.endOf(bytes, i + 1, end);
        boolean isEscaped = ended < 0;
        ended = isEscaped ? ~ended : ended;
        JsonStrings.checkName(bytes, i + 1, ended - 1, isEscaped, limits.nameLength());
        if (depth == 1) {
            place(0, at + i + 1);
            place(1, at + ended - 1);
        }
        next = Next.COLON;
        return ended;
    }

    private int value(byte[] bytes, int i, int end, boolean isEnd) {
        if (depth == 1) {
            place(2, at + i);
        }
        byte b = bytes[i];
        return switch (b) {
            case '{' -> open(true, i);
            case '[' -> open(false, i);
            case '"' -> {
                token();
                isInText = true;
                yield i + 1;
            }
            default -> scalar(bytes, i, end, isEnd);
        };
    }

    private int scalar(byte[] bytes, int i, int end, boolean isEnd) {
        int to = i;
        while (to < end && isOfScalar(bytes[to])) {
            to++;
        }
        if (to == end && !isEnd && to - i <= limits.numberLength() + MOST_MARKS) {
            return i;
        }
        token();
        return valueEnded(
                switch (bytes[i]) {
                    case 't', 'f', 'n' -> JsonScalars.endOfWord(bytes, i, end);
                    default -> JsonScalars.endOfNumber(bytes, i, end, limits.numberLength());
                });
    }

    private static boolean isOfScalar(byte b) {
        return (b >= '0' && b <= '9')
                || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z')
                || b == '-'
                || b == '+'
                || b == '.';
    }

    /** Goes on within a value that is a string. */
    private int text(byte[] bytes, int from, int end, boolean isEnd) {
        int i = from;
        while (i < end) {
            i = JsonStrings.plain(bytes, i, end);
            int left = end - i;
            if (left == 0) {
                return i;
            }
            byte b = bytes[i];
            if (b == '"') {
                isInText = false;
                return valueEnded(i + 1);
            } else if (b == '\\') {
                if (left < ESCAPED_BYTES && !isEnd) {
                    return i;
                }
                i = JsonStrings.escape(bytes, i + 1, end);
            } else if (b < 0) {
                if (left < LONGEST_SEQUENCE && !isEnd) {
                    return i;
                }
                i = sequence(bytes, i, end);
            } else {
                throw bad("a string contains a control character", i);
            }
        }
        return i;
    }

    private static int sequence(byte[] bytes, int i, int end) {
        int length = Utf8.sequenceLength(bytes, i, end);
        if (length == 0) {
            throw new BadJsonException(INVALID_UTF8, "it is not UTF-8 throughout");
        }
        return i + length;
    }

    private int valueEnded(int i) {
        if (depth == 1) {
            place(3, at + i);
            used += PLACES_OF_A_MEMBER;
        }
        next = depth == 0 ? Next.NOTHING : Next.COMMA_OR_END;
        return i;
    }

    private void place(int which, int value) {
        if (used == places.length) {
            places = Arrays.copyOf(places, 2 * used);
        }
        places[used + which] = value;
    }

    private void token() {
        if (++tokens > limits.tokens()) {
            throw new BadJsonException(TOO_MANY_TOKENS, "over " + limits.tokens() + " tokens");
        }
    }

    private BadJsonException bad(String what, int i) {
        return new BadJsonException(INVALID_JSON, what + ", at byte " + (at + i));
    }
}
