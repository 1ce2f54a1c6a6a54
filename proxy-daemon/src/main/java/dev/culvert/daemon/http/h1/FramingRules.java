package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;

import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import java.util.Locale;

/** Checks that the headers say exactly once where the body ends. */
final class FramingRules {
    private static final int MAX_LENGTH_DIGITS = 18;

    private FramingRules() {}

    static void check(Head head) {
        String coding = head.first(Header.TRANSFER_ENCODING);
        if (coding != null) {
            checkCoding(head, coding.toLowerCase(Locale.ROOT));
        }
        String length = head.atMostOne(Header.CONTENT_LENGTH);
        if (length != null && !isNumber(length)) {
            throw ProblemException.badRequest(
                    "The Content-Length is not a number: send the body's size in bytes.");
        }
    }

    private static void checkCoding(Head head, String coding) {
        if (head.has(Header.CONTENT_LENGTH)) {
            throw ProblemException.badRequest(
                    "The request has both Content-Length and Transfer-Encoding: send one.");
        }
        if (head.isHttp10()) {
            throw ProblemException.badRequest(
                    "HTTP/1.0 has no Transfer-Encoding: send a Content-Length.");
        }
        if (head.isRepeated(Header.TRANSFER_ENCODING)
                || coding.isEmpty()
                || coding.matches("chunked.+")) {
            throw ProblemException.badRequest("The Transfer-Encoding is not just 'chunked'.");
        }
        if (!coding.equals("chunked")) {
            throw new ProblemException(
                    Problem.of(
                            NOT_IMPLEMENTED, "The only Transfer-Encoding supported is 'chunked'."));
        }
    }

    private static boolean isNumber(String length) {
        for (int i = 0; i < length.length(); i++) {
            if (length.charAt(i) < '0' || length.charAt(i) > '9') {
                return false;
            }
        }
        return !length.isEmpty() && length.length() <= MAX_LENGTH_DIGITS;
    }
}
