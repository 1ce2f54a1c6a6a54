package dev.culvert.json;

import static dev.culvert.json.BadJsonException.Reason.INVALID_JSON;
import static dev.culvert.json.BadJsonException.Reason.NUMBER_TOO_LONG;

/** Where the values of a JSON text end that have no quotes. */
final class JsonScalars {
    private JsonScalars() {}

    /** The index after the word {@code true}, {@code false} or {@code null} at {@code from}. */
    static int endOfWord(byte[] bytes, int from, int end) {
        String word = bytes[from] == 't' ? "true" : bytes[from] == 'f' ? "false" : "null";
        for (int i = 0; i < word.length(); i++) {
            if (at(bytes, from + i, end) != word.charAt(i)) {
                throw notAValue();
            }
        }
        return from + word.length();
    }

    /** The index after the number at {@code from}. */
    static int endOfNumber(byte[] bytes, int from, int end, int mostDigits) {
        int marks = 0;
        int i = from;
        if (at(bytes, i, end) == '-') {
            i++;
            marks++;
        }
        i = at(bytes, i, end) == '0' ? i + 1 : endOfDigits(bytes, i, end);
        if (at(bytes, i, end) == '.') {
            i = endOfDigits(bytes, i + 1, end);
            marks++;
        }
        if ((at(bytes, i, end) | 0x20) == 'e') {
            i++;
            marks++;
            if (at(bytes, i, end) == '+' || at(bytes, i, end) == '-') {
                i++;
                marks++;
            }
            i = endOfDigits(bytes, i, end);
        }
        if (i - from - marks > mostDigits) {
            throw new BadJsonException(
                    NUMBER_TOO_LONG, "over " + mostDigits + " digits in a number");
        }
        return i;
    }

    /** The index after the digits at {@code from}, of which there must be one. */
    private static int endOfDigits(byte[] bytes, int from, int end) {
        int i = from;
        while (at(bytes, i, end) >= '0' && at(bytes, i, end) <= '9') {
            i++;
        }
        if (i == from) {
            throw notAValue();
        }
        return i;
    }

    /** 0 at the end, which no value may contain. */
    private static byte at(byte[] bytes, int i, int end) {
        return i < end ? bytes[i] : 0;
    }

    private static BadJsonException notAValue() {
        return new BadJsonException(
                INVALID_JSON,
                "a string, number, object, list, true, false or null is expected as a value");
    }
}
