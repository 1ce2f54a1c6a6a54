package dev.culvert.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.protocol.GoldenVector.GoldenFrame;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemasTest {
    static Stream<String> types() {
        Stream<String> extended =
                Stream.of(
                        "credit",
                        "resume",
                        "parts",
                        "part",
                        "quiesce",
                        "quiesced",
                        "publish",
                        "tool_call",
                        "tool_output",
                        "tool_result",
                        "approval",
                        "approve",
                        "approved",
                        "claim",
                        "claimed",
                        "withdraw",
                        "request",
                        "reply",
                        "subscribe",
                        "unsubscribe",
                        "missed",
                        "tunnel",
                        "tunnelled",
                        "hello",
                        "register",
                        "challenge",
                        "prove",
                        "registered",
                        "refused");
        return Stream.concat(Spec.column("messages.md", "Types", 1).stream(), extended);
    }

    static Stream<String> schemas() {
        return Spec.jsonFiles("schemas").stream();
    }

    @Test
    void thereIsOneForTheEnvelopeAndForEveryType() {
        assertThat(types()).hasSize(39);
        assertThat(schemas())
                .contains("schemas/envelope.json")
                .containsAll(types().map(type -> "schemas/" + type + ".json").toList());
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void declaresItsDialectAndItsName(String path) {
        Map<String, @Nullable Object> schema = Json.file(Spec.ROOT.resolve(path));
        String name = path.substring("schemas/".length(), path.length() - ".json".length());

        assertThat(schema.get("$schema")).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.get("$id")).isEqualTo("urn:culvert:schema:" + name);
        assertThat(schema.get("type")).isEqualTo("object");
        assertThat(schema).doesNotContainKey("additionalProperties");
    }

    @ParameterizedTest
    @MethodSource("types")
    void theVectorsNamedAfterATypeFitItsSchema(String type) {
        Map<String, @Nullable Object> schema =
                Json.file(Spec.ROOT.resolve("schemas/" + type + ".json"));
        String named = "vectors/valid/" + type.replace('_', '-') + "(-.*)?\\.json";
        List<GoldenFrame> frames =
                Spec.jsonFiles("vectors/valid").stream()
                        .filter(path -> path.matches(named))
                        .map(GoldenVector::read)
                        .flatMap(vector -> vector.frames().stream())
                        .toList();

        assertThat(frames)
                .isNotEmpty()
                .allSatisfy(frame -> {
                    assertThat(frame.type()).isEqualTo(type);
                    assertThat(frame.payload()).isNotNull();
                });
        assertThat(frames.stream().map(GoldenFrame::payload).map(SchemasTest::payload))
                .allSatisfy(payload -> assertFits(payload, schema));
    }

    private static Map<String, @Nullable Object> payload(@Nullable String bytes) {
        return Json.wire(String.valueOf(bytes).getBytes(ISO_8859_1));
    }

    /**
     * Checks the few keywords that our schemas use for members of a payload: required, anyOf of
     * required, type.
     */
    private static void assertFits(
            Map<String, @Nullable Object> payload, Map<String, @Nullable Object> schema) {
        assertThat(payload.keySet()).containsAll(required(schema));
        if (schema.get("anyOf") instanceof List<?> alternatives) {
            assertThat(alternatives)
                    .anySatisfy(alternative ->
                            assertThat(payload.keySet())
                                    .containsAll(required(Json.members(alternative))));
        }
        Json.members(schema.getOrDefault("properties", Map.of()))
                .forEach((name, property) -> {
                    if (payload.containsKey(name)
                            && Json.members(property).get("type") instanceof String expected) {
                        assertThat(isOf(expected, payload.get(name)))
                                .as("%s is %s", name, expected)
                                .isTrue();
                    }
                });
    }

    private static Set<String> required(Map<String, @Nullable Object> schema) {
        return Json.strings(schema.getOrDefault("required", List.of())).collect(Collectors.toSet());
    }

    private static boolean isOf(String type, @Nullable Object value) {
        return switch (type) {
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "number" -> value instanceof BigDecimal;
            case "integer" ->
                    value instanceof BigDecimal number && number.stripTrailingZeros().scale() <= 0;
            default ->
                    throw new IllegalArgumentException(
                            "a type that JSON Schema does not have: " + type);
        };
    }
}
