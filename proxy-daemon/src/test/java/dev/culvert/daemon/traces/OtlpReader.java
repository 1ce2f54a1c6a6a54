package dev.culvert.daemon.traces;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@code ExportTraceServiceRequest} by the JSON mapping of OTLP 1.x, field by field, and
 * refuses whatever that does not allow. It shares nothing with what writes it.
 */
public final class OtlpReader {
    /**
     * One span.
     *
     * @param attributes as texts, each with its type before it: {@code s:}, {@code i:} or {@code
     *     d:}
     */
    public record Span(
            String traceId,
            String spanId,
            String parentSpanId,
            String name,
            long kind,
            long start,
            long end,
            Map<String, String> attributes,
            long statusCode,
            String statusMessage) {}

    private OtlpReader() {}

    public static List<Span> read(byte[] json) throws IOException {
        Map<?, ?> request;
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            request = object(value(parser), "resourceSpans");
            if (parser.nextToken() != null) {
                throw refusal("something after the message");
            }
        }
        List<Span> spans = new ArrayList<>();
        for (Object resourceSpans : list(request.get("resourceSpans"))) {
            Map<?, ?> of = object(resourceSpans, "resource", "scopeSpans", "schemaUrl");
            Map<?, ?> resource = object(of.get("resource"), "attributes");
            if (!attributes(resource.get("attributes")).containsKey("service.name")) {
                throw refusal("a resource without service.name");
            }
            for (Object scopeSpans : list(of.get("scopeSpans"))) {
                Map<?, ?> scoped = object(scopeSpans, "scope", "spans", "schemaUrl");
                Map<?, ?> scope = object(scoped.get("scope"), "name", "version");
                text(scope.get("name"));
                text(scope.get("version"));
                for (Object span : list(scoped.get("spans"))) {
                    spans.add(span(span));
                }
            }
        }
        return spans;
    }

    private static Span span(@Nullable Object json) {
        Map<?, ?> span =
                object(
                        json,
                        "traceId",
                        "spanId",
                        "parentSpanId",
                        "name",
                        "kind",
                        "startTimeUnixNano",
                        "endTimeUnixNano",
                        "attributes",
                        "status");
        Map<?, ?> status =
                span.containsKey("status")
                        ? object(span.get("status"), "message", "code")
                        : Map.of("code", 0L);
        return new Span(
                hex(span.get("traceId"), 32),
                hex(span.get("spanId"), 16),
                span.containsKey("parentSpanId") ? hex(span.get("parentSpanId"), 16) : "",
                text(span.get("name")),
                between(span.get("kind"), 0, 5),
                fixed64(span.get("startTimeUnixNano")),
                fixed64(span.get("endTimeUnixNano")),
                attributes(span.get("attributes")),
                between(status.get("code"), 0, 2),
                status.containsKey("message") ? text(status.get("message")) : "");
    }

    private static Map<String, String> attributes(@Nullable Object json) {
        Map<String, String> attributes = new TreeMap<>();
        for (Object attribute : list(json)) {
            Map<?, ?> pair = object(attribute, "key", "value");
            Map<?, ?> value = object(pair.get("value"), "stringValue", "intValue", "doubleValue");
            if (value.size() != 1) {
                throw refusal("a value of several types");
            }
            String read =
                    switch (String.valueOf(value.keySet().iterator().next())) {
                        case "stringValue" -> "s:" + text(value.get("stringValue"));
                        case "intValue" -> "i:" + int64(value.get("intValue"));
                        default -> "d:" + real(value.get("doubleValue"));
                    };
            if (attributes.put(text(pair.get("key")), read) != null) {
                throw refusal("an attribute twice: " + pair.get("key"));
            }
        }
        return attributes;
    }

    private static Map<?, ?> object(@Nullable Object json, String... allowed) {
        if (!(json instanceof Map<?, ?> members)) {
            throw refusal("no object: " + json);
        }
        if (!Set.of(allowed).containsAll(members.keySet())) {
            throw refusal("unknown fields in " + members.keySet());
        }
        return members;
    }

    private static List<?> list(@Nullable Object json) {
        if (!(json instanceof List<?> items)) {
            throw refusal("no list: " + json);
        }
        return items;
    }

    private static String text(@Nullable Object json) {
        if (!(json instanceof String text)) {
            throw refusal("no text: " + json);
        }
        return text;
    }

    private static double real(@Nullable Object json) {
        if (!(json instanceof Double number)) {
            throw refusal("no number: " + json);
        }
        return number;
    }

    /** An enumeration is its number in OTLP, and never its name. */
    private static long between(@Nullable Object json, long least, long most) {
        if (!(json instanceof Long number) || number < least || number > most) {
            throw refusal("no number from " + least + " to " + most + ": " + json);
        }
        return number;
    }

    /** 64-bit numbers are decimal texts. */
    private static long int64(@Nullable Object json) {
        return Long.parseLong(text(json));
    }

    private static long fixed64(@Nullable Object json) {
        return Long.parseUnsignedLong(text(json));
    }

    /** Ids are hexadecimal in OTLP, not base64 as elsewhere in protobuf's JSON; and never all 0. */
    private static String hex(@Nullable Object json, int digits) {
        String id = text(json);
        if (!id.matches("[0-9a-f]{" + digits + "}") || id.matches("0+")) {
            throw refusal("no id of " + digits + " digits: " + id);
        }
        return id;
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    if (members.put(name, value(json)) != null) {
                        throw refusal("a field twice: " + name);
                    }
                }
                yield members;
            }
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(json));
                }
                yield items;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            default -> throw refusal("a value that OTLP does not have: " + json.currentToken());
        };
    }

    private static IllegalArgumentException refusal(String what) {
        return new IllegalArgumentException(what);
    }
}
