package dev.culvert.json;

import static dev.culvert.json.BadJsonException.Reason.BYTE_ORDER_MARK;
import static dev.culvert.json.BadJsonException.Reason.INVALID_JSON;
import static dev.culvert.json.BadJsonException.Reason.TOO_DEEP;
import static dev.culvert.json.BadJsonException.Reason.TOO_MANY_TOKENS;
import static dev.culvert.json.BadJsonException.Reason.TRAILING_BYTES;

/** Steps over the parts of a JSON text and checks that every byte is as the grammar demands. */
abstract sealed class JsonGrammar permits JsonScanner {
    private JsonLimits limits = JsonLimits.FRAME;
    private int tokens;
    private int depth;

    /** One bit for each level, the innermost the lowest: 1 for an object, 0 for an array. */
    private long objects;

    byte[] bytes = {};
    int start;
    int end;

    /** The next byte to look at. */
    int at;

    /** Whether the last string contains an escape. */
    boolean textIsEscaped;

    final void begin(byte[] in, int from, int length, JsonLimits most) {
        bytes = in;
        start = from;
        end = from + length;
        at = from;
        tokens = 0;
        depth = 0;
        objects = 0;
        limits = most;
    }

    final void refuseByteOrderMark() {
        if (end - start > 2
                && bytes[start] == (byte) 0xef
                && bytes[start + 1] == (byte) 0xbb
                && bytes[start + 2] == (byte) 0xbf) {
            throw new BadJsonException(BYTE_ORDER_MARK, "the text begins with a byte order mark");
        }
    }

    /** Only blanks may follow. */
    final void refuseMore() {
        int ended = at;
        while (at < end && isBlank(bytes[at])) {
            at++;
        }
        if (at < end) {
            throw new BadJsonException(
                    TRAILING_BYTES,
                    "the object ends at byte " + (ended - start) + " of " + (end - start));
        }
    }

    /** Steps over one value and all that it contains. */
    final void value() {
        int outside = depth;
        byte b = bytes[at];
        while (true) {
            if (b == '{') {
                open(true);
                b = afterBlanks();
                if (b != '}') {
                    name(b);
                    b = colon();
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
                b = colon();
            }
        }
    }

    /**
     * Steps over an array.
     *
     * @return whether each element begins with {@code kind}
     */
    final boolean arrayOf(byte kind) {
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
        return all;
    }

    /** Steps over a member's name, with its quotes. */
    final void name(byte b) {
        if (b != '"') {
            throw bad("a member's name in double quotes is expected");
        }
        token();
        int from = at + 1;
        string();
        JsonStrings.checkName(bytes, from, at - 1, textIsEscaped, limits.nameLength());
    }

    /** Steps over the colon after a name. Returns the first byte of the value. */
    final byte colon() {
        if (afterBlanks() != ':') {
            throw bad("':' is expected");
        }
        at++;
        return afterBlanks();
    }

    final void scalar(byte b) {
        token();
        switch (b) {
            case '"' -> string();
            case 't', 'f', 'n' -> at = JsonScalars.endOfWord(bytes, at, end);
            default -> at = JsonScalars.endOfNumber(bytes, at, end, limits.numberLength());
        }
    }

    private void string() {
        int ended = JsonStrings.endOf(bytes, at + 1, end);
        textIsEscaped = ended < 0;
        at = textIsEscaped ? ~ended : ended;
    }

    final void open(boolean object) {
        token();
        if (++depth > limits.depth()) {
            throw new BadJsonException(TOO_DEEP, "over " + limits.depth() + " levels deep");
        }
        objects = objects << 1 | (object ? 1 : 0);
        at++;
    }

    final void close() {
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
            throw new BadJsonException(TOO_MANY_TOKENS, "over " + limits.tokens() + " tokens");
        }
    }

    /** Steps over blanks. Returns the byte after them, which there must be. */
    final byte afterBlanks() {
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

    /** Steps over the comma that {@code b} must be, and the blanks after it. */
    final byte afterComma(byte b) {
        if (b != ',') {
            throw bad("',' or the end of the object or list is expected");
        }
        at++;
        return afterBlanks();
    }

    private BadJsonException bad(String what) {
        return new BadJsonException(INVALID_JSON, what + ", at byte " + (at - start));
    }
}
