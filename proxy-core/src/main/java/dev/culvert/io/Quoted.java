package dev.culvert.io;

import java.util.HexFormat;

/**
 * Text that came from outside (a guest, a host, a client, a runtime), made fit for a log, a
 * terminal, a page or an error: on one line, without anything that a reader would not see, and cut
 * where it is too long.
 */
/* Line breaks, control characters, marks that change the direction of writing and halves of
 * surrogate pairs become escapes as in Java: backslash, n; backslash, u and four digits. A backslash
 * itself stays, so that to quote twice changes nothing. */
public final class Quoted {
    /** What a name, a code or a version takes. */
    private static final int WORD = 128;

    /** What a sentence takes. */
    private static final int SENTENCE = 1_024;

    /** What several sentences take. */
    private static final int PAGE = 8 * 1_024;

    private static final HexFormat HEX = HexFormat.of();
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private Quoted() {}

    /** A name, a code, an id: at most 128 characters of it. */
    public static String word(String outside) {
        return cut(outside, WORD);
    }

    /** A message for people: at most 1,024 characters of it. */
    public static String sentence(String outside) {
        return cut(outside, SENTENCE);
    }

    /** What may hold several sentences, some of them our own: at most 8,192 characters of it. */
    public static String page(String outside) {
        return cut(outside, PAGE);
    }

    /** What an exception says of itself, in which there may be anything. */
    public static String message(Throwable outside) {
        String message = outside.getMessage();
        return sentence(message == null ? outside.getClass().getSimpleName() : message);
    }

    /**
     * At most {@code most} characters of it.
     *
     * @param most no less than the words take that say how long it was
     */
    public static String cut(String outside, int most) {
        int length = outside.length();
        if (length <= most && isPlain(outside)) {
            return outside;
        }
        String end = "… (" + length + " characters)";
        StringBuilder line = new StringBuilder(Math.min(length, most) + end.length());
        int fits = 0;
        for (int i = 0; i < length; i += Character.charCount(outside.codePointAt(i))) {
            append(outside.codePointAt(i), line);
            if (line.length() > most) {
                line.setLength(fits);
                return line.append(end).toString();
            }
            if (line.length() <= most - end.length()) {
                fits = line.length();
            }
        }
        return line.toString();
    }

    /** As by far the most is. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static void append(int codePoint, StringBuilder line) {
        switch (codePoint) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                if (isVisible(codePoint)) {
                    line.appendCodePoint(codePoint);
                } else {
                    for (char c : Character.toChars(codePoint)) {
                        line.append("\\u").append(HEX.toHexDigits(c));
                    }
                }
            }
        }
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            case Character.FORMAT -> isJoiner(codePoint);
            default -> true;
        };
    }

    /** Emoji and some scripts are spelt with these. */
    private static boolean isJoiner(int codePoint) {
        return codePoint == ZERO_WIDTH_JOINER || codePoint == ZERO_WIDTH_NON_JOINER;
    }
}
