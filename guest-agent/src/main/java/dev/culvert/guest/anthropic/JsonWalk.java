package dev.culvert.guest.anthropic;

import io.netty.buffer.ByteBuf;

/** Steps over the values of a text that is well-formed JSON, and so checks nothing. */
final class JsonWalk {
    private final ByteBuf text;

    JsonWalk(ByteBuf text) {
        this.text = text;
    }

    /** The index of the first byte from {@code at} on that is no blank. */
    int afterBlanks(int at) {
        int i = at;
        while (isBlank(text.getByte(i))) {
            i++;
        }
        return i;
    }

    /** The index after the comma, if one follows, and after all blanks. */
    int afterComma(int at) {
        int i = afterBlanks(at);
        return text.getByte(i) == ',' ? afterBlanks(i + 1) : i;
    }

    /** The index after the value that begins at {@code at}. */
    int endOf(int at) {
        return switch (text.getByte(at)) {
            case '"' -> endOfString(at);
            case '{', '[' -> endOfNested(at);
            default -> endOfScalar(at);
        };
    }

    private int endOfNested(int at) {
        int depth = 0;
        int i = at;
        do {
            byte b = text.getByte(i);
            if (b == '"') {
                i = endOfString(i);
                continue;
            }
            if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            }
            i++;
        } while (depth > 0);
        return i;
    }

    /** A quote after an odd number of backslashes does not end the string. */
    private int endOfString(int at) {
        int quote = at;
        int slash;
        do {
            quote = text.indexOf(quote + 1, text.writerIndex(), (byte) '"');
            slash = quote - 1;
            while (text.getByte(slash) == '\\') {
                slash--;
            }
        } while ((quote - slash) % 2 == 0);
        return quote + 1;
    }

    private int endOfScalar(int at) {
        int i = at;
        while (i < text.writerIndex() && !endsScalar(text.getByte(i))) {
            i++;
        }
        return i;
    }

    private static boolean endsScalar(byte b) {
        return b == ',' || b == '}' || b == ']' || isBlank(b);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }
}
