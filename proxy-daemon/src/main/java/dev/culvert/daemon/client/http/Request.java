package dev.culvert.daemon.client.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One request.
 *
 * @param path with its query, percent-encoded
 * @param body empty for none; JSON else
 * @param patience how long the answer may be silent; zero for ever; without it, the time-out of the
 *     {@link Api}
 */
public record Request(
        String method,
        String path,
        Map<String, String> headers,
        String body,
        Optional<Duration> patience) {
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    public static Request get(String path) {
        return new Request("GET", path, Map.of(), "", Optional.empty());
    }

    public static Request delete(String path) {
        return new Request("DELETE", path, Map.of(), "", Optional.empty());
    }

    public static Request post(String path, Value body) {
        return new Request("POST", path, Map.of(), body.json(), Optional.empty());
    }

    /** Without a body. */
    public static Request post(String path) {
        return new Request("POST", path, Map.of(), "", Optional.empty());
    }

    public static Request put(String path, Value body) {
        return new Request("PUT", path, Map.of(), body.json(), Optional.empty());
    }

    /** The same request with one more header. */
    public Request with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(method, path, more, body, patience);
    }

    /** The same request without that header. */
    public Request without(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.remove(name);
        return new Request(method, path, fewer, body, patience);
    }

    /** The same request, whose answer may be silent for that long; zero: for ever. */
    public Request patient(Duration time) {
        return new Request(method, path, headers, body, Optional.of(time));
    }

    /** A text as one segment of a path or one value of a query. */
    public static String segment(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            if (UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
