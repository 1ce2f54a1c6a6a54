package dev.culvert.guest.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.TurnLimits;
import dev.culvert.guest.connection.ScriptedLlm.Asked;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plays the dialogues of the specification (vectors/README.md) with the guest. */
class DialoguesTest {
    private static final String ROOT = "/dev/culvert/protocol/vectors/";

    private final ScriptedLlm llm = new ScriptedLlm();
    private final Map<String, EmbeddedHost> links = new HashMap<>();
    private final Map<String, Asked> runtime = new HashMap<>();

    static Stream<String> dialogues() {
        return resource("index.txt").lines().filter(line -> line.startsWith("dialogues/"));
    }

    @AfterEach
    void close() {
        links.values().forEach(EmbeddedHost::close);
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void plays(String path) {
        JsonTree dialogue = JsonTree.read(resource(path));
        String settings = dialogue.has("settings") ? dialogue.get("settings").text() : "{}";
        String members = settings.substring(1, settings.length() - 1);
        try (EmbeddedAgent agent = new EmbeddedAgent(llm, members)) {
            int at = 0;
            for (JsonTree step : dialogue.get("steps").elements()) {
                at++;
                if (!step.has("guest")) {
                    assertSilence(at);
                }
                take(step, agent, "step " + at + ", " + step.text());
            }
            assertSilence(at);
        }
    }

    private void take(JsonTree step, EmbeddedAgent agent, String where) {
        switch (step.members().keySet().iterator().next()) {
            case "open" -> links.put(step.string("open"), connect(agent));
            case "lose" -> Objects.requireNonNull(links.remove(step.string("lose"))).close();
            case "host" -> send(step);
            case "guest" -> assertSent(link(step.string("guest")), step.get("sends"), where);
            case "runtime" -> speak(step);
            case "pass" -> agent.pass(time(step.string("pass"), agent.settings().turns()));
            case "requests" ->
                    assertThat(llm.count()).as(where).isEqualTo(number(step, "requests"));
            case "running" -> {
                assertThat(asked(step.string("running")).isAborted()).as(where).isFalse();
                assertThat(asked(step.string("running")).isPaused()).as(where).isFalse();
            }
            case "parked" -> assertThat(asked(step.string("parked")).isPaused()).as(where).isTrue();
            case "stopped" ->
                    assertThat(asked(step.string("stopped")).isAborted()).as(where).isTrue();
            default -> throw new IllegalArgumentException(where);
        }
    }

    private static EmbeddedHost connect(EmbeddedAgent agent) {
        EmbeddedHost host = agent.connect();
        assertThat(host.next())
                .contains("\"heartbeat\"")
                .containsAnyOf("\"ready\"", "\"quiesced\"");
        return host;
    }

    private void send(JsonTree step) {
        int before = llm.count();
        link(step.string("host")).sendRaw(step.get("sends").text());
        if (llm.count() > before) {
            runtime.put(step.get("sends").string("id"), llm.last());
        }
    }

    private void speak(JsonTree step) {
        Asked turn = asked(step.string("runtime"));
        if (step.has("says")) {
            int times = step.has("times") ? number(step, "times") : 1;
            turn.says().onText(step.string("says").repeat(times));
        } else if (step.has("ends")) {
            turn.says().onEnd(new GenerationEnd(step.string("ends"), null));
        } else if (step.has("calls")) {
            turn.says().onToolCall(step.string("calls"));
        } else {
            turn.says().onFailure(new RuntimeFailure(code(step.string("fails")), "it failed", 0));
        }
    }

    private static void assertSent(EmbeddedHost link, JsonTree expected, String where) {
        String sent = link.next();
        assertThat(sent).as(where).isNotNull();
        JsonTree actual = JsonTree.read(String.valueOf(sent));
        for (String member : new String[] {"type", "id", "seq"}) {
            assertThat(actual.find(member))
                    .as("%s: %s of %s", where, member, sent)
                    .isEqualTo(expected.find(member));
        }
        if (expected.has("payload")) {
            expected.get("payload")
                    .members()
                    .forEach((name, value) ->
                            assertThat(actual.get("payload").get(name).text())
                                    .as("%s: %s of %s", where, name, sent)
                                    .isEqualTo(value.text()));
        }
    }

    private void assertSilence(int at) {
        links.forEach((name, link) -> {
            assertThat(link.next()).as("on link %s before step %s", name, at).isNull();
            assertThat(link.isConnected()).isTrue();
        });
    }

    private EmbeddedHost link(String name) {
        return Objects.requireNonNull(links.get(name), name);
    }

    private Asked asked(String turn) {
        return Objects.requireNonNull(runtime.get(turn), turn);
    }

    private static int number(JsonTree step, String name) {
        return Integer.parseInt(step.string(name));
    }

    private static ErrorCode code(String text) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.wireName().equals(text))
                .findAny()
                .orElseThrow();
    }

    private static Duration time(String setting, TurnLimits limits) {
        return switch (setting) {
            case "orphan_grace" -> limits.orphanGrace();
            case "turn_log_ttl" -> limits.logTtl();
            default -> throw new IllegalArgumentException(setting);
        };
    }

    private static String resource(String path) {
        try (InputStream stream = DialoguesTest.class.getResourceAsStream(ROOT + path)) {
            return new String(Objects.requireNonNull(stream, path).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
