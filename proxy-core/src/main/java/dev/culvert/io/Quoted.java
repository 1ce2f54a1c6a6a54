package dev.culvert.io;

import java.util.HexFormat;

/**
 * Makes text from outside (a guest, a host, a client, a runtime) fit for a log, a terminal, a page
 * or an error: one line, nothing invisible, and cut if it is too long.
 */
/* Line breaks, control characters, marks that change the direction of writing and halves of
 * surrogate pairs become escapes as in Java: backslash and n; backslash, u and four digits. A
 * backslash itself stays, so that quoting twice changes nothing. */
public final class Quoted {
    /** The most characters of a name, a code or a version. */
    private static final int WORD = 128;

    /** The most characters of a sentence. */
    private static final int SENTENCE = 1_024;

    /** The most characters of several sentences. */
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

    /** Several sentences, some of them our own: at most 8,192 characters of them. */
    public static String page(String outside) {
        return cut(outside, PAGE);
    }

    /** A text of several lines, whole: line feeds and tabs stay as they are. */
    public static String lines(String outside) {
        if (isPlain(outside)) {
            return outside;
        }
        StringBuilder lines = new StringBuilder(outside.length() + 16);
        for (int i = 0; i < outside.length(); i += Character.charCount(outside.codePointAt(i))) {
            int codePoint = outside.codePointAt(i);
            if (codePoint == '\n' || codePoint == '\t') {
                lines.appendCodePoint(codePoint);
            } else {
                append(codePoint, lines);
            }
        }
        return lines.toString();
    }

    /** The message of an exception, which may contain anything. */
    public static String message(Throwable outside) {
        String message = outside.getMessage();
        return sentence(message == null ? outside.getClass().getSimpleName() : message);
    }

    /**
     * At most {@code most} characters of it.
     *
     * @param most at least the length of the words that say how long the text was
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

    /** Most text is. */
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

    /** Emoji and some scripts need these. */
    private static boolean isJoiner(int codePoint) {
        return codePoint == ZERO_WIDTH_JOINER || codePoint == ZERO_WIDTH_NON_JOINER;
    }
}
