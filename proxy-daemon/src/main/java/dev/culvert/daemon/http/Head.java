package dev.culvert.daemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpMethod;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, as far as anything here reads it. There is one for each connection, whose
 * requests come one behind the other: it says what stood in the last that came.
 */
/* A client says much the same in each of its requests, so a text that came again is the text from
 * before: its hash is known, and most requests make no text at all. */
public final class Head {
    /** Stands for each that no route takes. */
    static final HttpMethod UNKNOWN_METHOD = HttpMethod.valueOf("UNKNOWN");

    private static final List<HttpMethod> METHODS =
            List.of(
                    HttpMethod.POST,
                    HttpMethod.GET,
                    HttpMethod.PUT,
                    HttpMethod.DELETE,
                    HttpMethod.OPTIONS,
                    HttpMethod.HEAD,
                    HttpMethod.PATCH);
    private static final byte[] CLOSE = "close".getBytes(ISO_8859_1);
    private static final byte[] VERSION = "HTTP/1.1\r\n".getBytes(ISO_8859_1);

    private HttpMethod method = UNKNOWN_METHOD;
    private String target = "";

    /** From the target, or one before that was the same. */
    private @Nullable RequestTarget parsed;

    private boolean http10;
    private boolean closes;

    /** Of this request or one before: {@link #present} tells. */
    private final Map<Header, String> values = new EnumMap<>(Header.class);

    private final Set<Header> present = EnumSet.noneOf(Header.class);
    private final Set<Header> repeated = EnumSet.noneOf(Header.class);

    /** Reads what a {@link HeadGuard} has let pass, so that nothing is where it may not be. */
    public void read(byte[] bytes) {
        int start = bytes[0] == '\r' ? 2 : 0;
        int blank = indexOf(bytes, start, (byte) ' ');
        int end = indexOf(bytes, blank + 1, (byte) ' ');
        method = method(bytes, start, blank);
        String before = target;
        target = text(before, bytes, blank + 1, end);
        parsed = target.equals(before) ? parsed : null;
        int lines = end + 1 + VERSION.length;
        http10 = bytes[lines - 3] == '0';
        closes = false;
        present.clear();
        repeated.clear();
        for (int at = lines; bytes[at] != '\r'; ) {
            int colon = indexOf(bytes, at, (byte) ':');
            int lineEnd = indexOf(bytes, colon + 1, (byte) '\r');
            Header header = Header.of(bytes, at, colon);
            if (header != null) {
                add(header, bytes, colon + 1, lineEnd);
            }
            at = lineEnd + 2;
        }
    }

    private static HttpMethod method(byte[] bytes, int from, int to) {
        for (HttpMethod known : METHODS) {
            if (isText(known.name(), bytes, from, to)) {
                return known;
            }
        }
        return UNKNOWN_METHOD;
    }

    private void add(Header header, byte[] bytes, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        if (header == Header.CONNECTION) {
            closes |= namesClose(bytes, start, end);
        }
        if (present.add(header)) {
            values.put(header, text(values.get(header), bytes, start, end));
        } else {
            repeated.add(header);
        }
    }

    private static boolean namesClose(byte[] bytes, int from, int to) {
        int matched = 0; // of the option that is being read; -1 where it is another
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == ',') {
                if (matched == CLOSE.length) {
                    return true;
                }
                matched = 0;
            } else if (!isBlank(b)) {
                boolean fits =
                        matched >= 0 && matched < CLOSE.length && (b | 0x20) == CLOSE[matched];
                matched = fits ? matched + 1 : -1;
            }
        }
        return matched == CLOSE.length;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static int indexOf(byte[] bytes, int from, byte wanted) {
        int at = from;
        while (bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    private static String text(@Nullable String before, byte[] bytes, int from, int to) {
        return before != null && isText(before, bytes, from, to)
                ? before
                : new String(bytes, from, to - from, ISO_8859_1);
    }

    private static boolean isText(String text, byte[] bytes, int from, int to) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i - from) != (bytes[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    public HttpMethod method() {
        return method;
    }

    /**
     * What it asks for.
     *
     * @param host that it names; null where it names none
     * @throws ProblemException when it is no target that a server takes
     */
    public RequestTarget target(@Nullable Authority host) {
        if (parsed == null) {
            RequestTarget asked = RequestTarget.parse(method, target, host);
            if (!target.startsWith("/")) {
                return asked; // it may be another for another host
            }
            parsed = asked;
        }
        return parsed;
    }

    public boolean isHttp10() {
        return http10;
    }

    /** Whether the client asks for the connection to end behind the answer. */
    public boolean closes() {
        return closes;
    }

    public boolean has(Header header) {
        return present.contains(header);
    }

    public boolean isRepeated(Header header) {
        return repeated.contains(header);
    }

    /** The first of that name; null where there is none. */
    public @Nullable String first(Header header) {
        return has(header) ? values.get(header) : null;
    }

    /** Its value; null where it does not stand there, or more than once. */
    public @Nullable String only(Header header) {
        return isRepeated(header) ? null : first(header);
    }

    /**
     * Its value; null where it does not stand there.
     *
     * @throws ProblemException where it stands more than once
     */
    public @Nullable String atMostOne(Header header) {
        if (isRepeated(header)) {
            throw ProblemException.badRequest("There is more than one '" + header + "': send one.");
        }
        return first(header);
    }

    /** Of a head that {@link FramingRules} has let pass. */
    public boolean isChunked() {
        return has(Header.TRANSFER_ENCODING);
    }

    /** The bytes of the body; 0 where it has none, or is chunked. Of one that passed, likewise. */
    public long contentLength() {
        String length = first(Header.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    public boolean announcesBody() {
        return isChunked() || contentLength() > 0;
    }

    /** Whether the client waits for a word before it sends the body. */
    public boolean awaitsContinue() {
        String expectation = first(Header.EXPECT);
        return !http10 && expectation != null && expectation.equalsIgnoreCase("100-continue");
    }
}
