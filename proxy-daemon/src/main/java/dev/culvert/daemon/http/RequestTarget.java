package dev.culvert.daemon.http;

import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The target of a request.
 *
 * @param path as it was sent, or {@code *}
 * @param query decoded
 */
public record RequestTarget(String path, Map<String, String> query) {
    private static final String SCHEME = "http://";
    private static final int MAX_PARAMETERS = 64;

    /**
     * Reads the origin form, the absolute form and the asterisk.
     *
     * @throws ProblemException when a server cannot take it
     */
    public static RequestTarget parse(HttpMethod method, String uri, @Nullable Authority host) {
        if (uri.equals("*") && method.equals(HttpMethod.OPTIONS)) {
            return new RequestTarget(uri, Map.of());
        }
        String target = uri.startsWith("/") ? uri : withoutAuthority(uri, host);
        int mark = target.indexOf('?');
        return mark < 0
                ? new RequestTarget(target, Map.of())
                : new RequestTarget(target.substring(0, mark), query(target.substring(mark + 1)));
    }

    /** RFC 9112, 3.2.2: the absolute form is allowed, but must name the same host as Host. */
    private static String withoutAuthority(String uri, @Nullable Authority host) {
        String lower = uri.toLowerCase(Locale.ROOT);
        int slash = uri.indexOf('/', SCHEME.length());
        if (!lower.startsWith(SCHEME) || slash < 0) {
            throw ProblemException.badRequest("The request target does not begin with a slash.");
        }
        if (host == null || !lower.substring(SCHEME.length(), slash).equals(host.text())) {
            throw ProblemException.badRequest(
                    "The request target names another host than Host does.");
        }
        return uri.substring(slash);
    }

    private static Map<String, String> query(String text) {
        Map<String, String> parameters = new HashMap<>();
        int start = 0;
        while (start <= text.length()) {
            int end = text.indexOf('&', start);
            end = end < 0 ? text.length() : end;
            if (end > start) {
                add(text.substring(start, end), parameters);
            }
            start = end + 1;
        }
        return parameters;
    }

    private static void add(String pair, Map<String, String> parameters) {
        int equals = pair.indexOf('=');
        String name = PercentDecoder.query(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : PercentDecoder.query(pair.substring(equals + 1));
        if (parameters.put(name, value) != null) {
            throw ProblemException.badRequest(
                    "The query gives '" + Quoted.word(name) + "' twice: give it once.");
        }
        if (parameters.size() > MAX_PARAMETERS) {
            throw ProblemException.badRequest(
                    "The query has more than " + MAX_PARAMETERS + " parameters.");
        }
    }
}
