package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came.
 *
 * @param path without {@code /api2/json}; another prefix stays
 * @param parameters those of the query and of the body; with the same name, the last one counts
 */
public record Request(
        String method, String path, Map<String, String> parameters, Map<String, String> headers) {
    private static final String PREFIX = "/api2/json";
    private static final int MOST_PARAMETERS = 10_000;

    /** Lends {@code from} for the call. */
    static Request of(FullHttpRequest from) {
        QueryStringDecoder uri = new QueryStringDecoder(from.uri(), UTF_8);
        Map<String, String> parameters = new LinkedHashMap<>(last(uri));
        String body = from.content().toString(UTF_8);
        String type = from.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        if (type.startsWith("application/json")) {
            addJson(parameters, body);
        } else if (!body.isEmpty()) {
            parameters.putAll(last(new QueryStringDecoder(body, UTF_8, false, MOST_PARAMETERS)));
        }
        String path = uri.path();
        return new Request(
                from.method().name(),
                path.startsWith(PREFIX + "/") ? path.substring(PREFIX.length()) : path,
                parameters,
                headers(from.headers()));
    }

    private static Map<String, String> last(QueryStringDecoder decoder) {
        Map<String, String> parameters = new LinkedHashMap<>();
        decoder.parameters().forEach((name, values) -> parameters.put(name, values.getLast()));
        return parameters;
    }

    private static void addJson(Map<String, String> parameters, String body) {
        try {
            Value.parse(body)
                    .map()
                    .forEach((name, value) ->
                            parameters.put(
                                    name,
                                    value instanceof Value.Truth(boolean truth)
                                            ? (truth ? "1" : "0")
                                            : value.text()));
        } catch (BadValueException _) {
            parameters.put("", body);
        }
    }

    private static Map<String, String> headers(HttpHeaders from) {
        Map<String, String> headers = new LinkedHashMap<>();
        from.forEach(header ->
                headers.put(header.getKey().toLowerCase(java.util.Locale.ROOT), header.getValue()));
        return headers;
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
