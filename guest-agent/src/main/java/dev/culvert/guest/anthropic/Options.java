package dev.culvert.guest.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of a chat completion's body that say how to answer. Those that a Messages request has
 * too are copied at once, the others are kept until {@link #write}.
 */
final class Options {
    /** They change nothing in the answer. */
    private static final Set<String> HINTS =
            Set.of(
                    "stream_options",
                    "prompt_cache_key",
                    "prompt_cache_retention",
                    "safety_identifier");

    /** What a Messages request has no place for, and the values with which nothing is lost. */
    private static final Map<String, Set<String>> REFUSED =
            Map.ofEntries(
                    Map.entry("n", Set.of("1")),
                    Map.entry("logprobs", Set.of("false")),
                    Map.entry("top_logprobs", Set.of("0")),
                    Map.entry("logit_bias", Set.of("{}")),
                    Map.entry("frequency_penalty", Set.of("0", "0.0")),
                    Map.entry("presence_penalty", Set.of("0", "0.0")),
                    Map.entry("seed", Set.of()),
                    Map.entry("store", Set.of("false")),
                    Map.entry("modalities", Set.of("[\"text\"]")),
                    Map.entry("audio", Set.of()),
                    Map.entry("prediction", Set.of()),
                    Map.entry("functions", Set.of("[]")),
                    Map.entry("function_call", Set.of()),
                    Map.entry("verbosity", Set.of("\"medium\"")),
                    Map.entry("web_search_options", Set.of()));

    private static final int LONGEST_NEUTRAL = 16;

    private @Nullable JsonValue stop;
    private @Nullable JsonValue user;
    private @Nullable JsonValue metadata;
    private @Nullable JsonValue responseFormat;
    private @Nullable JsonValue effort;
    private @Nullable JsonValue outputConfig;

    /** Copies or keeps a member, or refuses it. */
    void take(String name, JsonValue value, BodyWriter out) throws IOException {
        boolean says = !value.isNull() && !HINTS.contains(name);
        if (says) {
            keep(name, value, out);
        }
    }

    private void keep(String name, JsonValue value, BodyWriter out) throws IOException {
        switch (name) {
            case "stop" -> stop = value;
            case "user" -> user = value;
            case "metadata" -> metadata = value;
            case "response_format" -> responseFormat = value;
            case "reasoning_effort" -> effort = value.string().equals("none") ? null : value;
            case "output_config" -> outputConfig = value;
            default -> {
                Set<String> neutral = REFUSED.get(name);
                if (neutral == null) {
                    out.copy(name, value);
                } else if (value.length() > LONGEST_NEUTRAL || !neutral.contains(text(value))) {
                    throw refused(name);
                }
            }
        }
    }

    /** The JSON text without blanks. */
    private static String text(JsonValue value) {
        return value.bytes().toString(UTF_8).replaceAll("\\s", "");
    }

    private static UntranslatableException refused(String name) {
        return new UntranslatableException(
                "'"
                        + name
                        + "' is not possible with a runtime of the kind anthropic: leave it out, or"
                        + " let the agent leave it out with --anthropic-leave-out");
    }

    /** Writes what was kept. */
    void write(BodyWriter out) throws IOException {
        writeStop(out);
        if (metadata != null) {
            out.copy("metadata", metadata);
        } else if (user != null) {
            out.json().writeObjectFieldStart("metadata");
            out.copy("user_id", user);
            out.json().writeEndObject();
        }
        JsonValue schema = schema();
        if (outputConfig != null) {
            if (effort != null || schema != null) {
                throw new UntranslatableException(
                        "'output_config' cannot be combined with "
                                + (effort == null ? "'response_format'" : "'reasoning_effort'"));
            }
            out.copy("output_config", outputConfig);
        } else if (effort != null || schema != null) {
            writeOutputConfig(out, schema);
        }
    }

    private void writeStop(BodyWriter out) throws IOException {
        if (stop == null || (stop.isArray() && stop.isEmpty())) {
            return;
        }
        if (stop.isArray()) {
            out.copy("stop_sequences", stop);
        } else if (stop.isString()) {
            out.json().writeArrayFieldStart("stop_sequences");
            out.copy(stop);
            out.json().writeEndArray();
        } else {
            throw new UntranslatableException("'stop' must be a string, or an array of strings");
        }
    }

    /** The schema that the answer must fit; null if any text will do. */
    private @Nullable JsonValue schema() throws IOException {
        if (responseFormat == null) {
            return null;
        }
        JsonValue type = responseFormat.member("type");
        String kind = type == null ? "" : type.string();
        if (kind.equals("text")) {
            return null;
        }
        JsonValue format = responseFormat.member("json_schema");
        JsonValue schema = format == null ? null : format.member("schema");
        if (!kind.equals("json_schema") || schema == null || !schema.isObject()) {
            throw new UntranslatableException(
                    "'response_format' must be of the type text, or of the type json_schema with a"
                            + " schema: a runtime of the kind anthropic knows no other");
        }
        return schema;
    }

    private void writeOutputConfig(BodyWriter out, @Nullable JsonValue schema) throws IOException {
        JsonGenerator json = out.json();
        json.writeObjectFieldStart("output_config");
        if (effort != null) {
            json.writeStringField("effort", effort(effort.string()));
        }
        if (schema != null) {
            json.writeObjectFieldStart("format");
            json.writeStringField("type", "json_schema");
            out.copy("schema", schema);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static String effort(String asked) throws UntranslatableException {
        return switch (asked) {
            case "minimal", "low" -> "low";
            case "medium", "high", "xhigh", "max" -> asked;
            default ->
                    throw new UntranslatableException(
                            "'reasoning_effort' must be none, minimal, low, medium, high, xhigh or max"
                                    + " with a runtime of the kind anthropic");
        };
    }
}
