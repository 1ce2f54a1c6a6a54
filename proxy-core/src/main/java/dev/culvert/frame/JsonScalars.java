package dev.culvert.frame;

import static dev.culvert.frame.BadFrameException.Reason.INVALID_JSON;
import static dev.culvert.frame.BadFrameException.Reason.NUMBER_TOO_LONG;

/** The values of a JSON text that are written without quotes: where they end. */
final class JsonScalars {
    private JsonScalars() {}

    /** The byte behind the word {@code true}, {@code false} or {@code null} at {@code from}. */
    static int behindWord(byte[] bytes, int from, int end) {
        String word = bytes[from] == 't' ? "true" : bytes[from] == 'f' ? "false" : "null";
        for (int i = 0; i < word.length(); i++) {
            if (at(bytes, from + i, end) != word.charAt(i)) {
                throw notAValue();
            }
        }
        return from + word.length();
    }

    /** The byte behind the number at {@code from}, which may have so many digits. */
    static int behindNumber(byte[] bytes, int from, int end, int mostDigits) {
        int marks = 0;
        int i = from;
        if (at(bytes, i, end) == '-') {
            i++;
            marks++;
        }
        i = at(bytes, i, end) == '0' ? i + 1 : behindDigits(bytes, i, end);
        if (at(bytes, i, end) == '.') {
            i = behindDigits(bytes, i + 1, end);
            marks++;
        }
        if ((at(bytes, i, end) | 0x20) == 'e') {
            i++;
            marks++;
            if (at(bytes, i, end) == '+' || at(bytes, i, end) == '-') {
                i++;
                marks++;
            }
            i = behindDigits(bytes, i, end);
        }
        if (i - from - marks > mostDigits) {
            throw new BadFrameException(
                    NUMBER_TOO_LONG, "over " + mostDigits + " digits in a number");
        }
        return i;
    }

    /** There must be at least one. */
    private static int behindDigits(byte[] bytes, int from, int end) {
        int i = from;
        while (at(bytes, i, end) >= '0' && at(bytes, i, end) <= '9') {
            i++;
        }
        if (i == from) {
            throw notAValue();
        }
        return i;
    }

    /** 0 at the end, which is nothing that a value may hold. */
    private static byte at(byte[] bytes, int i, int end) {
        return i < end ? bytes[i] : 0;
    }

    private static BadFrameException notAValue() {
        return new BadFrameException(
                INVALID_JSON,
                "what should be a value is not a string, number, object, list, true, false or"
                        + " null");
    }
}
