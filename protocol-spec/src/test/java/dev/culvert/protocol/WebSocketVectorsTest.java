package dev.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks the format of the vectors of WebSockets (vectors/README.md). Whether they are right is
 * tested with a daemon and a guest.
 */
class WebSocketVectorsTest {
    private static final String OPCODE =
            "text|binary|continuation|close|ping|pong|opcode-([3-7]|1[1-5])";
    private static final String HEX = "([0-9a-f]{2})+(\\*[1-9][0-9]*)?";

    static Stream<String> vectors() {
        return Spec.jsonFiles("vectors/websocket").stream();
    }

    private static List<Map<String, @Nullable Object>> list(
            Map<String, @Nullable Object> vector, String member) {
        return ((List<?>) vector.getOrDefault(member, List.of()))
                .stream().map(Json::members).toList();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void keepsToTheFormatOfTheReadme(String path) {
        Map<String, @Nullable Object> vector = Json.file(Spec.ROOT.resolve(path));
        Set<String> ends = new HashSet<>(Spec.column("framing.md", "Errors", 0));
        ends.addAll(List.of("closed", "websocket"));

        assertThat(path).matches("vectors/websocket/[a-z0-9]+(-[a-z0-9]+)*\\.json");
        assertThat(vector.keySet()).isSubsetOf("why", "receives", "frames", "sends", "ends");
        assertThat(vector.get("why")).asString().matches("\\P{Cntrl}+\\.");
        assertThat(list(vector, "receives"))
                .isNotEmpty()
                .allSatisfy(WebSocketVectorsTest::assertFragment);
        assertThat(list(vector, "sends"))
                .allSatisfy(sent -> {
                    assertFragment(sent);
                    assertThat(sent.keySet()).hasSize(1).isSubsetOf("pong", "close");
                });
        assertThat(list(vector, "frames"))
                .allSatisfy(frame -> assertThat(frame).containsOnlyKeys("type", "id"));
        if (vector.containsKey("ends")) {
            assertThat(ends).contains(String.valueOf(vector.get("ends")));
        }
    }

    private static void assertFragment(Map<String, @Nullable Object> fragment) {
        String opcode = fragment.keySet().iterator().next();
        assertThat(opcode).matches(OPCODE);
        assertThat(fragment.keySet()).isSubsetOf(opcode, "fin", "rsv", "masked");
        assertThat(Json.strings(fragment.get(opcode))).allMatch(hex -> hex.matches(HEX));
    }

    @Test
    void thereIsOneForEachEndThatTheCarrierAloneHas() {
        String all = String.join("", vectors().map(Spec::text).toList());

        assertThat(Stream.of("closed", "websocket", "length_zero", "length_exceeded"))
                .allSatisfy(end -> assertThat(all).contains("\"ends\": \"" + end + "\""));
    }
}
