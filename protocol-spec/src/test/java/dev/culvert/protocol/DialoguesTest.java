package dev.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
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
 * Checks the format of the dialogues (vectors/README.md). Whether they are right is tested with a
 * guest.
 */
class DialoguesTest {
    private static final Set<String> FROM_HOST =
            Set.of(
                    "message",
                    "context_update",
                    "config_update",
                    "ping",
                    "credit",
                    "cancel",
                    "resume",
                    "parts",
                    "part",
                    "quiesce",
                    "request",
                    "reply",
                    "error");
    private static final Set<String> FROM_GUEST =
            Set.of(
                    "chunk",
                    "config_ack",
                    "tool_blocked",
                    "pong",
                    "quiesced",
                    "error",
                    "credit",
                    "reply");

    static Stream<String> dialogues() {
        return Spec.jsonFiles("vectors/dialogues").stream();
    }

    @Test
    void everyCodeOfResumingIsHeardInOne() {
        String all = String.join("", dialogues().map(Spec::text).toList());

        assertThat(
                        Stream.of(
                                "unknown_turn",
                                "log_truncated",
                                "taken_over",
                                "id_reused",
                                "cancelled"))
                .allSatisfy(code -> assertThat(all).contains("{\"code\": \"" + code + "\"}"));
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void keepsToTheFormatOfTheReadme(String path) {
        Map<String, @Nullable Object> dialogue = Json.file(Spec.ROOT.resolve(path));

        assertThat(path).matches("vectors/dialogues/[a-z0-9]+(-[a-z0-9]+)*\\.json");
        assertThat(dialogue.keySet()).isSubsetOf("why", "settings", "steps");
        assertThat(dialogue.get("why")).asString().matches("\\P{Cntrl}+\\.");
        assertThat(Json.members(dialogue.getOrDefault("settings", Map.of())).keySet())
                .isSubsetOf("turn_log_bytes");
        Play play = new Play();
        assertThat(dialogue.get("steps"))
                .isInstanceOfSatisfying(
                        List.class,
                        steps -> ((List<?>) steps).forEach(step -> play.take(Json.members(step))));
        assertThat(play.answers).as("frames of the guest").isPositive();
    }

    /** Which links are open, and for which turns the runtime has been asked. */
    private static final class Play {
        private final Set<Object> links = new HashSet<>();
        private final Set<Object> turns = new HashSet<>();
        private int answers;

        void take(Map<String, @Nullable Object> step) {
            String kind = step.keySet().iterator().next();
            Object subject = String.valueOf(step.get(kind));
            switch (kind) {
                case "open" -> assertThat(links.add(subject)).as("%s", step).isTrue();
                case "lose" -> assertThat(links.remove(subject)).as("%s", step).isTrue();
                case "host" -> {
                    Map<String, @Nullable Object> frame = frame(step, FROM_HOST);
                    if (Set.of("message", "parts").contains(String.valueOf(frame.get("type")))) {
                        turns.add(String.valueOf(frame.get("id")));
                    }
                }
                case "guest" -> {
                    frame(step, FROM_GUEST);
                    answers++;
                }
                case "runtime" -> {
                    assertThat(turns).contains(subject);
                    assertThat(step.keySet()).hasSize(step.containsKey("times") ? 3 : 2);
                    assertThat(step.keySet()).containsAnyOf("says", "calls", "ends", "fails");
                }
                case "running", "parked", "stopped" -> assertThat(turns).contains(subject);
                case "pass" -> assertThat(subject).isIn("orphan_grace", "turn_log_ttl");
                case "requests" -> assertThat(step.get(kind)).isInstanceOf(BigDecimal.class);
                default -> throw new AssertionError("no such step: " + step);
            }
        }

        private Map<String, @Nullable Object> frame(
                Map<String, @Nullable Object> step, Set<String> types) {
            assertThat(step.keySet()).hasSize(2);
            assertThat(links).contains(step.values().iterator().next());
            Map<String, @Nullable Object> frame = Json.members(step.get("sends"));
            assertThat(frame.keySet())
                    .contains("type", "id")
                    .isSubsetOf("type", "id", "seq", "credit", "payload");
            assertThat(types).contains(String.valueOf(frame.get("type")));
            return frame;
        }
    }
}
