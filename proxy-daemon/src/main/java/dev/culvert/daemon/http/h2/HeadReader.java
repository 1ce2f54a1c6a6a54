package dev.culvert.daemon.http.h2;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_URI_TOO_LONG;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the head of a request, which Netty has checked as RFC 9113, 8.3 demands. */
final class HeadReader {
    private static final Map<AsciiString, HttpMethod> METHODS =
            Stream.of(
                            HttpMethod.POST,
                            HttpMethod.GET,
                            HttpMethod.PUT,
                            HttpMethod.DELETE,
                            HttpMethod.OPTIONS,
                            HttpMethod.HEAD,
                            HttpMethod.PATCH)
                    .collect(Collectors.toMap(it -> AsciiString.cached(it.name()), it -> it));
    private static final Map<AsciiString, Header> HEADERS = new HashMap<>();

    /** Of a target that cannot be taken: the beginning tells what it belongs to. */
    private static final int MOST_BEGUN_CHARS = 512;

    static {
        for (Header header : Header.values()) {
            HEADERS.put(AsciiString.cached(header.toString()), header);
        }
    }

    private HeadReader() {}

    /**
     * The same head as in HTTP/1.1: the authority is its Host, and a body of unknown length is as
     * one in chunks.
     *
     * @throws ProblemException when it is larger than the settings allow, or cannot be
     */
    static Head read(Http2Headers headers, boolean hasBody, HttpSettings settings) {
        @Nullable String[] values = new @Nullable String[Header.values().length];
        long repeated = 0;
        int bytes = 0;
        int lines = 0;
        for (Map.Entry<CharSequence, CharSequence> line : headers) {
            CharSequence name = line.getKey();
            if (name.charAt(0) == ':') {
                continue;
            }
            bytes += name.length() + line.getValue().length() + ": \r\n".length();
            if (bytes > settings.maxHeaderBytes()) {
                throw tooLarge(
                        "take more than %d bytes (http.max_header_bytes)",
                        settings.maxHeaderBytes());
            }
            if (++lines > settings.maxHeaderLines()) {
                throw tooLarge(
                        "are more than %d (http.max_header_lines)", settings.maxHeaderLines());
            }
            Header header = HEADERS.get(AsciiString.of(name));
            if (header != null) {
                String earlier = values[header.index()];
                if (earlier == null) {
                    values[header.index()] = value(line.getValue());
                } else if (header.isList()) {
                    values[header.index()] = earlier + ", " + value(line.getValue());
                } else {
                    repeated |= 1L << header.index();
                }
            }
        }
        host(headers, values);
        length(values, hasBody);
        return new Head(method(headers), uri(headers, settings), false, false, values, repeated)
                .ofHttp2();
    }

    /** What is known of a head that cannot be taken: its method, and the beginning of its path. */
    static Head begun(Http2Headers headers) {
        CharSequence target = headers.path();
        if (target == null || target.isEmpty() || target.charAt(0) != '/') {
            return Head.unreadable().ofHttp2();
        }
        int end = 1;
        while (end < Math.min(target.length(), MOST_BEGUN_CHARS) && target.charAt(end) != '?') {
            end++;
        }
        return Head.unreadable(method(headers), target.subSequence(0, end).toString()).ofHttp2();
    }

    private static HttpMethod method(Http2Headers headers) {
        CharSequence name = headers.method();
        return name == null
                ? Head.UNKNOWN_METHOD
                : METHODS.getOrDefault(AsciiString.of(name), Head.UNKNOWN_METHOD);
    }

    private static String uri(Http2Headers headers, HttpSettings settings) {
        CharSequence path = headers.path();
        if (path == null || path.isEmpty() || headers.scheme() == null) {
            throw ProblemException.badRequest(
                    "The request has no ':path' or no ':scheme', which CONNECT alone may leave out.");
        }
        if (path.length() > settings.maxUriBytes()) {
            throw refused(
                    REQUEST_URI_TOO_LONG,
                    "The request target takes more than "
                            + settings.maxUriBytes()
                            + " bytes (http.max_uri_bytes): send the message in the body of a POST.");
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '#') {
                throw ProblemException.badRequest(
                        "The request target contains a byte that is not allowed there: percent-encode it, and send no fragment.");
            }
        }
        if (path.charAt(0) != '/' && !path.toString().equals("*")) {
            throw ProblemException.badRequest("The request target does not begin with a slash.");
        }
        return path.toString();
    }

    private static void host(Http2Headers headers, @Nullable String[] values) {
        CharSequence authority = headers.authority();
        if (authority == null) {
            return;
        }
        String host = values[Header.HOST.index()];
        String named = value(authority);
        if (host != null && !host.equalsIgnoreCase(named)) {
            throw ProblemException.badRequest(
                    "The ':authority' names another host than Host does.");
        }
        values[Header.HOST.index()] = named;
    }

    private static void length(@Nullable String[] values, boolean hasBody) {
        values[Header.TRANSFER_ENCODING.index()] = null;
        if (!hasBody) {
            values[Header.CONTENT_LENGTH.index()] = null;
        } else if (values[Header.CONTENT_LENGTH.index()] == null) {
            values[Header.TRANSFER_ENCODING.index()] = "chunked";
        }
    }

    private static String value(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw ProblemException.badRequest("A header's value contains a control character.");
            }
        }
        return value.toString().strip();
    }

    private static ProblemException tooLarge(String what, int most) {
        return refused(
                REQUEST_HEADER_FIELDS_TOO_LARGE,
                "The headers " + what.formatted(most) + ": send fewer.");
    }

    private static ProblemException refused(HttpResponseStatus status, String error) {
        return new ProblemException(Problem.of(status, error));
    }
}
