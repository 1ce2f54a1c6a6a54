package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_KEY1;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;

/** What the headers may say about where a body ends: one thing, and once. */
final class FramingRules {
    private static final int MAX_LENGTH_DIGITS = 18;

    private FramingRules() {}

    /** Judges by the headers alone, whatever the codec thought of them. */
    static void check(HttpRequest request) {
        String length = request.headers().get(CONTENT_LENGTH);
        if (request.headers().contains(TRANSFER_ENCODING)) {
            checkCodings(request, request.headers().getAll(TRANSFER_ENCODING), length != null);
        }
        if (length != null && !isNumber(length)) {
            throw bad("The Content-Length is not a number: send the body's size in bytes.");
        }
        if (request.headers().contains(SEC_WEBSOCKET_KEY1)) {
            // The codec would take the next 8 bytes for a body, as a draft of WebSocket had it.
            throw bad("WebSocket is not spoken here: read the event stream instead.");
        }
    }

    private static void checkCodings(HttpRequest request, List<String> codings, boolean length) {
        if (length) {
            throw bad("There are both Content-Length and Transfer-Encoding: send one.");
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            throw bad("HTTP/1.0 knows no Transfer-Encoding: send a Content-Length.");
        }
        String coding = codings.getFirst().toLowerCase(Locale.ROOT);
        if (codings.size() > 1 || coding.isEmpty() || coding.matches("chunked.+")) {
            throw bad("The Transfer-Encoding is not just 'chunked'.");
        }
        if (!coding.equals("chunked")) {
            throw new ProblemException(
                    Problem.of(
                            NOT_IMPLEMENTED,
                            "The only Transfer-Encoding understood here is 'chunked'."));
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

    static ProblemException bad(String error) {
        return new ProblemException(Problem.of(BAD_REQUEST, error));
    }
}
