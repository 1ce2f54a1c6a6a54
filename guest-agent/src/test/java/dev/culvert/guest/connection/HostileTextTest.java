package dev.culvert.guest.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.RuntimeFailure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hostile text from a host or a runtime, in the errors of the guest. */
class HostileTextTest {
    private static final String HOSTILE =
            "\n\u001b[2J\u0000\u202eERROR Guest - forged line" + "x".repeat(10_000);

    private final ScriptedLlm llm = new ScriptedLlm();
    private final EmbeddedAgent agent = new EmbeddedAgent(llm);
    private final EmbeddedHost host = agent.connect();

    @AfterEach
    void close() {
        host.close();
        agent.close();
    }

    @Test
    void whatARuntimeSaysOfItsFailureIsShortAndOnOneLine() {
        startTurn();

        llm.last().says().onFailure(new RuntimeFailure(ErrorCode.RUNTIME_ERROR, HOSTILE, 500));

        assertIsHarmless(host.next(), "runtime_error");
    }

    @Test
    void theToolThatARuntimeWantsIsShortAndOnOneLine() {
        host.send("config_update", "c", "{\"config\":{},\"tool_allowlist\":[\"read\"]}");
        startTurn();

        llm.last().says().onToolCall(HOSTILE);

        assertIsHarmless(host.next(), "tool_blocked");
    }

    @Test
    void theMemberOfAHostThatIsRefusedIsShortAndOnOneLine() {
        host.all();
        String name = "\\n\\u001b[2J" + "x".repeat(10_000);

        host.send("message", "m", "{\"%s\":1,\"%s\":2}".formatted(name, name));

        assertIsHarmless(host.next(), "invalid_payload");
    }

    private void startTurn() {
        host.all();
        host.send("message", "m", "{\"role\":\"user\",\"content\":\"hi\"}");
    }

    /** An escape in the JSON would be a character that a terminal acts on. */
    private static void assertIsHarmless(@Nullable String next, String word) {
        String frame = String.valueOf(next);
        assertThat(frame).contains(word).hasSizeLessThan(3_000);
        assertThat(frame.replace("\\\\", ""))
                .doesNotContain("\\n", "\\u001b", "\\u001B", "\\u0000", "\u202e");
    }
}
