package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_URI_TOO_LONG;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Checks every byte of a head, or of the trailers after a chunked body, once as it arrives, and
 * stops at the first byte that RFC 9112 does not allow there. Only a head that passed whole is
 * read.
 */
final class HeadGuard implements ByteProcessor {
    private static final int MAX_METHOD_BYTES = 32;
    private static final String VERSION = "HTTP/d.d";
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] = Character.isLetterOrDigit(c);
        }
        "!#$%&'*+-.^_`|~".chars().forEach(c -> TOKEN[c] = true);
    }

    private enum At {
        START,
        EMPTY_LINE,
        METHOD,
        TARGET,
        VERSION,
        LINE_END,
        LINE,
        NAME,
        VALUE,
        LAST_LINE_END,
        DONE
    }

    private final int maxTargetBytes;
    private final int maxLinesBytes;
    private final int maxLines;

    private At at = At.START;
    private boolean emptyLineSeen;
    private int seen;
    private int length;
    private int linesBytes;
    private int lines;
    private int major;
    private @Nullable Problem refusal;

    HeadGuard(HttpSettings settings) {
        maxTargetBytes = settings.maxUriBytes();
        maxLinesBytes = settings.maxHeaderBytes();
        maxLines = settings.maxHeaderLines();
    }

    static boolean isTokenByte(int b) {
        return b > 0 && TOKEN[b];
    }

    /** Starts again, with a head. */
    void expectHead() {
        expectTrailers();
        at = At.START;
        emptyLineSeen = false;
    }

    /** Starts again, with the lines after a last chunk. */
    void expectTrailers() {
        at = At.LINE;
        seen = 0;
        linesBytes = 0;
        lines = 0;
        length = 0;
    }

    /**
     * Whether {@code in} contains all of it. Nothing may be read from {@code in} between two calls.
     */
    boolean isWhole(ByteBuf in) {
        int from = in.readerIndex() + seen;
        int stopped = in.forEachByte(from, in.writerIndex() - from, this);
        seen = (stopped < 0 ? in.writerIndex() : stopped + 1) - in.readerIndex();
        return at == At.DONE;
    }

    /** How many bytes of the head or the trailers have passed. */
    int seen() {
        return seen;
    }

    @Nullable Problem refusal() {
        return refusal;
    }

    @Override
    public boolean process(byte b) {
        if (at.compareTo(At.LINE) >= 0 && ++linesBytes > maxLinesBytes) {
            return refuse(
                    REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "The header lines take more than "
                            + maxLinesBytes
                            + " bytes (http.max_header_bytes): send fewer.");
        }
        return switch (at) {
            case START -> start(b);
            case EMPTY_LINE -> b == '\n' ? go(At.START) : lineEnd();
            case METHOD -> method(b);
            case TARGET -> target(b);
            case VERSION -> version(b);
            case LINE_END -> b == '\n' ? go(At.LINE) : lineEnd();
            case LINE -> line(b);
            case NAME -> name(b);
            case VALUE -> value(b);
            case LAST_LINE_END -> b == '\n' ? done() : lineEnd();
            case DONE -> false;
        };
    }

    private boolean start(byte b) {
        if (b == '\r' && !emptyLineSeen) {
            emptyLineSeen = true; // RFC 9112, 2.2: some clients send one after a body
            return go(At.EMPTY_LINE);
        }
        return go(At.METHOD) && method(b);
    }

    private boolean method(byte b) {
        if (b == ' ' && length > 0) {
            return go(At.TARGET);
        }
        if (!isTokenByte(b)) {
            return bad("The request line does not begin with a method and one space.");
        }
        return ++length <= MAX_METHOD_BYTES
                || refuse(NOT_IMPLEMENTED, "The method is not supported.");
    }

    private boolean target(byte b) {
        if (b == ' ' && length > 0) {
            return go(At.VERSION);
        }
        if (b <= ' ' || b == 0x7f || b == '#') {
            return bad(
                    "The request target contains a byte that is not allowed there: percent-encode it, and send no fragment.");
        }
        return ++length <= maxTargetBytes
                || refuse(
                        REQUEST_URI_TOO_LONG,
                        "The request target takes more than "
                                + maxTargetBytes
                                + " bytes (http.max_uri_bytes): send the message in the body of a POST.");
    }

    private boolean version(byte b) {
        if (length == VERSION.length()) {
            return b == '\r' ? go(At.LINE_END) : badVersion();
        }
        char expected = VERSION.charAt(length++);
        if (expected != 'd') {
            return b == expected || badVersion();
        }
        if (b < '0' || b > '9') {
            return badVersion();
        }
        if (length < VERSION.length()) {
            major = b - '0';
            return true;
        }
        return (major == 1 && b <= '1')
                || refuse(
                        HTTP_VERSION_NOT_SUPPORTED, "This HTTP version is not supported: use 1.1.");
    }

    private boolean line(byte b) {
        if (b == '\r') {
            return go(At.LAST_LINE_END);
        }
        if (b == ' ' || b == '\t') {
            return bad("A header line begins with a space or a tab: send each header on one line.");
        }
        if (++lines > maxLines) {
            return refuse(
                    REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "There are more than "
                            + maxLines
                            + " header lines (http.max_header_lines): send fewer.");
        }
        return go(At.NAME) && name(b);
    }

    private boolean name(byte b) {
        if (b == ':' && length > 0) {
            return go(At.VALUE);
        }
        length++;
        return isTokenByte(b) || bad("A header line does not begin with a name and a colon.");
    }

    private boolean value(byte b) {
        if (b == '\r') {
            return go(At.LINE_END);
        }
        boolean control = b >= 0 && b < ' ' && b != '\t';
        return !(control || b == 0x7f) || bad("A header's value contains a control character.");
    }

    private boolean go(At next) {
        at = next;
        length = 0;
        return true;
    }

    private boolean done() {
        at = At.DONE;
        return false;
    }

    private boolean lineEnd() {
        return bad("A carriage return has no line feed after it: end each line with CR LF.");
    }

    private boolean badVersion() {
        return bad("The request line does not end with 'HTTP/1.1' and CR LF.");
    }

    private boolean bad(String error) {
        return refuse(BAD_REQUEST, error);
    }

    private boolean refuse(HttpResponseStatus status, String error) {
        refusal = Problem.of(status, error);
        return false;
    }
}
