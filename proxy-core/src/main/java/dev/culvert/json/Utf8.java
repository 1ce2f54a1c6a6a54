package dev.culvert.json;

/**
 * Strict UTF-8: no overlong form, no encoded surrogate, nothing above U+10FFFF (Unicode, table
 * 3-7).
 */
public final class Utf8 {
    private Utf8() {}

    static boolean isValid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int length = sequenceLength(bytes, i, to);
            if (length == 0) {
                return false;
            }
            i += length;
        }
        return true;
    }

    /** How many bytes the character at {@code i} takes; 0 where none begins there. */
    static int sequenceLength(byte[] bytes, int i, int to) {
        int first = bytes[i];
        if (first >= 0) {
            return 1;
        }
        int lead = first & 0xff;
        if (lead < 0xc2 || lead > 0xf4 || i + 1 >= to) {
            return 0;
        }
        int second = bytes[i + 1] & 0xff;
        int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        for (int k = i + 2; k < i + length; k++) {
            if (k >= to || (bytes[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** Whether half of a surrogate pair is missing: such a text cannot be written as UTF-8. */
    public static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
