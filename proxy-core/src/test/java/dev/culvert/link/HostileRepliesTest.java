package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent writes into texts that people read. */
class HostileRepliesTest {
    /** As JSON writes it: line breaks, an escape sequence, a forged line, and far too much. */
    private static final String HOSTILE =
            "\\n\\r\\u001b[2J\\u0000\\u202e\\u2028ERROR Daemon - forged line\\ud800"
                    + "x".repeat(10_000);

    private final ScriptedListener listener = new ScriptedListener();
    private final EmbeddedLink agent =
            new EmbeddedLink(EmbeddedLink.UNWATCHED, new CountingObserver());
    private final AgentLink link = agent.link();
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        agent.close();
        log.close();
    }

    @Test
    void aComplaintIsOneShortLineOfTheLog() {
        agent.receive(
                "error", "", "{\"code\":\"%s\",\"message\":\"%s\"}".formatted(HOSTILE, HOSTILE));

        assertThat(log.lines()).hasSize(1);
        assertIsHarmless(log.lines().getFirst());
    }

    @Test
    void anAnswerToAnIdNeverIssuedIsOneShortLineOfTheLog() {
        String id = "\\n\\u001b[2J\\u202e" + "x".repeat(100);

        agent.receive("chunk", id, "{\"content\":\"\",\"done\":true}");

        assertThat(log.lines()).hasSize(1);
        assertIsHarmless(log.lines().getFirst());
        assertIsHarmless(link.closeReason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[2J", "\n\n", "\u009b31m", "\u0000"})
    void bytesThatAreNoFrameAreOneShortLineOfTheLog(String bytes) {
        agent.receiveText(bytes);

        assertThat(log.lines()).hasSize(1);
        assertIsHarmless(log.lines().getFirst());
        assertIsHarmless(link.closeReason());
    }

    @Test
    void anErrorIsShortAndOnOneLine() {
        link.open(message("1", "{}"), listener, A_MINUTE);

        agent.receive(
                "error", "1", "{\"code\":\"%s\",\"message\":\"%s\"}".formatted(HOSTILE, HOSTILE));

        assertIsHarmless(listener.failure().code());
        assertIsHarmless(listener.failure().message());
    }

    @Test
    void aBlockedToolIsShortAndOnOneLine() {
        link.open(message("1", "{}"), listener, A_MINUTE);

        agent.receive(
                "tool_blocked",
                "1",
                "{\"tool_name\":\"%s\",\"reason\":\"%s\"}".formatted(HOSTILE, HOSTILE));

        assertIsHarmless(listener.failure().message());
        assertIsHarmless(((Failure.ToolBlocked) listener.failure()).toolName());
    }

    @Test
    void aHeartbeatIsShortAndOnOneLine() {
        agent.receive(
                "heartbeat",
                "",
                "{\"status\":\"%s\",\"protocol\":\"%s\",\"instance\":\"%s\",\"agent_version\":\"%s\"}"
                        .formatted(HOSTILE, HOSTILE, HOSTILE, HOSTILE));

        Heartbeat said = link.heartbeat();
        assertIsHarmless(said.status());
        assertIsHarmless(said.protocol());
        assertIsHarmless(said.instance());
        assertIsHarmless(said.agentVersion());
    }

    private static void assertIsHarmless(String text) {
        assertThat(text.length()).isLessThan(1_500);
        assertThat(text.codePoints())
                .noneMatch(c ->
                        Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.LINE_SEPARATOR
                                || Character.getType(c) == Character.SURROGATE);
    }
}
