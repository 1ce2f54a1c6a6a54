package dev.culvert.guest.tools;

/** Writes strings of JSON. */
final class JsonTexts {
    private JsonTexts() {}

    /** With escaped surrogates, so that half of a pair does no harm. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c == '\n') {
                quoted.append("\\n");
            } else if (c < ' ' || loneSurrogate(text, i)) {
                quoted.append("\\u%04x".formatted(Character.isSurrogate(c) ? 0xfffd : (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** With another character for each half of a surrogate pair: UTF-8 has none for it. */
    static String wellFormed(String text) {
        StringBuilder mended = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && loneSurrogate(text, i)) {
                mended = mended == null ? new StringBuilder(text) : mended;
                mended.setCharAt(i, '\ufffd');
            }
        }
        return mended == null ? text : mended.toString();
    }

    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
