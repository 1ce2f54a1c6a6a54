package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes parts of a request target; refuses invalid escapes and invalid UTF-8. */
final class PercentDecoder {
    private PercentDecoder() {}

    static String path(String text) {
        String decoded = decode(text, false);
        if (decoded.chars().anyMatch(Character::isISOControl)) {
            throw bad("The path contains a control character.");
        }
        return decoded;
    }

    /** As forms and EventSource encode it: a plus is a space. */
    static String query(String text) {
        return decode(text, true);
    }

    private static String decode(String text, boolean plusIsBlank) {
        if (text.indexOf('%') < 0 && (!plusIsBlank || text.indexOf('+') < 0)) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.put(escaped(text, i));
                i += 2;
            } else {
                bytes.put((byte) (c == '+' && plusIsBlank ? ' ' : c));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw bad(
                    "The request target contains bytes that are not UTF-8: escape text as UTF-8.");
        }
    }

    private static byte escaped(String text, int at) {
        int high = at + 2 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
        int low = at + 2 < text.length() ? Character.digit(text.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw bad(
                    "The request target contains a '%' without two hexadecimal digits: write %25.");
        }
        return (byte) (high << 4 | low);
    }

    private static ProblemException bad(String error) {
        return new ProblemException(Problem.of(BAD_REQUEST, error));
    }
}
