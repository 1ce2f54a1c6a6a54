package dev.culvert.guest.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.connection.ScriptedLlm.Asked;
import dev.culvert.guest.runtime.GenerationEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The limits on what turns hold, and how they share a link; {@link DialoguesTest} tests the rest.
 */
class TurnsTest {
    private static final GenerationEnd STOP = new GenerationEnd("stop", null);
    private static final Duration TTL = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final int LOG_BYTES = 128 << 10;
    private static final int ALL_BYTES = 4 * LOG_BYTES;

    private final ScriptedLlm llm = new ScriptedLlm();
    private final EmbeddedAgent agent =
            new EmbeddedAgent(
                    llm,
                    """
                    "max_turns": 4,
                    "turn_log_bytes": %d,
                    "turn_logs_bytes": %d,
                    "turn_log_ttl": "%ds",
                    "orphan_grace": "%ds"
                    """
                            .formatted(LOG_BYTES, ALL_BYTES, TTL.toSeconds(), GRACE.toSeconds()));
    private EmbeddedHost host = agent.connect();

    @AfterEach
    void close() {
        host.close();
        agent.close();
    }

    @Test
    void aTurnWithoutCreditHoldsItsRuntimeBackAndGoesOnWithFewLargeChunks() {
        Asked turn = start("t", 0);
        StringBuilder said = new StringBuilder();
        while (!turn.isPaused()) {
            say(turn, said, "one word after the other ");
        }
        assertThat(said.length()).isBetween(16 << 10, 64 << 10);
        say(turn, said, "and what was read already");
        assertThat(host.all()).isEmpty();

        host.send("credit", "t", "{\"bytes\":1000000}");

        assertThat(turn.isPaused()).isFalse();
        List<String> frames = host.all();
        assertThat(frames).hasSizeLessThan(4);
        assertThat(content(frames)).isEqualTo(said.toString());
    }

    @Test
    void reasoningComesInChunksOfItsOwnAndInItsPlace() {
        Asked turn = start("t", 0);
        turn.says().onReasoning("The user ");
        turn.says().onReasoning("greets.");
        turn.says().onText("Hel");
        turn.says().onText("lo");
        turn.says().onAnthropic("{\"delta\":{}}");
        turn.says().onReasoning("Done?");
        turn.says().onEnd(new GenerationEnd("stop", null, "{\"stop_reason\":\"end_turn\"}"));

        host.send("credit", "t", "{\"bytes\":1000000}");

        assertThat(host.all())
                .extracting(frame -> frame.replaceAll(".*\"payload\":(.*)}$", "$1"))
                .containsExactly(
                        "{\"content\":\"\",\"done\":false,\"reasoning\":\"The user greets.\"}",
                        "{\"content\":\"Hello\",\"done\":false}",
                        "{\"content\":\"\",\"done\":false,\"anthropic\":{\"delta\":{}}}",
                        "{\"content\":\"\",\"done\":false,\"reasoning\":\"Done?\"}",
                        "{\"content\":\"\",\"done\":true,\"finish_reason\":\"stop\","
                                + "\"anthropic\":{\"stop_reason\":\"end_turn\"}}");
    }

    @Test
    void aReaderFarBehindHoldsTheRuntimeBackUntilItHasCaughtUp() {
        Asked turn = start("t");
        for (int i = 0; i < 60; i++) {
            turn.says().onText("x".repeat(1_000));
        }
        reconnect();
        assertThat(turn.isPaused()).isFalse();

        host.sendRaw("{\"type\":\"resume\",\"id\":\"t\",\"credit\":1,\"payload\":{\"after\":0}}");
        assertThat(turn.isPaused()).isTrue();
        host.send("credit", "t", "{\"bytes\":100000}");

        assertThat(turn.isPaused()).isFalse();
        assertThat(content(host.all())).hasSize(60_000);
    }

    @Test
    void aTurnThatNobodyReadsWaitsOnceItsLogIsHalfFullAndLosesNothing() {
        Asked turn = start("t");
        reconnect();
        StringBuilder said = new StringBuilder();
        while (!turn.isPaused()) {
            say(turn, said, "nobody hears this ");
        }
        assertThat(said.length()).isBetween(LOG_BYTES / 4, LOG_BYTES);

        resume("t", 0);

        assertThat(turn.isPaused()).isFalse();
        assertThat(content(host.all())).isEqualTo(said.toString());
    }

    @Test
    void ofALongTurnTheNewestFramesAreKept() {
        Asked turn = start("t");
        int frames = LOG_BYTES / 1_000 * 3;
        for (int i = 1; i <= frames; i++) {
            turn.says().onText(i + "x".repeat(1_000));
        }
        assertThat(host.all()).hasSize(frames);
        reconnect();

        resume("t", 1);
        assertThat(host.next()).contains("\"code\":\"log_truncated\"");
        resume("t", frames - LOG_BYTES / 2_000);

        assertThat(host.all()).hasSize(LOG_BYTES / 2_000);
    }

    @Test
    void whatAllKeepIsBoundedAndWhatEndedFirstGoesFirst() {
        for (int i = 0; i < 20; i++) {
            turn("t" + i, LOG_BYTES / 2);
        }

        resume("t0", 0);
        assertThat(host.next()).contains("\"code\":\"log_truncated\"");
        host.send("message", "t0", "{\"role\":\"user\",\"content\":\"hi\"}");
        assertThat(host.next()).contains("\"code\":\"log_truncated\"");
        resume("t19", 0);
        assertThat(content(host.all())).hasSize(LOG_BYTES / 2);
    }

    @Test
    void theLogsOfEndedTurnsGoBeforeWhatRunningTurnsHaveSent() {
        Asked running = start("r");
        running.says().onText("x".repeat(LOG_BYTES / 2));
        host.all();
        for (int i = 0; i < 20; i++) {
            turn("t" + i, LOG_BYTES / 2);
        }

        resume("r", 0);

        assertThat(content(host.all())).hasSize(LOG_BYTES / 2);
    }

    @Test
    void thenWhatRunningTurnsHaveSentGoesAndNeverWhatNobodyWasSent() {
        List<Asked> unread = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            unread.add(start("u" + i));
        }
        reconnect();
        int held = 0;
        for (Asked turn : unread) {
            while (!turn.isPaused()) {
                turn.says().onText("x".repeat(1_000));
                held += 1_000;
            }
        }
        Asked read = start("r");
        for (int i = 0; i < ALL_BYTES / 1_000; i++) {
            read.says().onText("y".repeat(1_000));
        }
        assertThat(read.isPaused()).isFalse();
        assertThat(content(host.all())).hasSize(ALL_BYTES / 1_000 * 1_000);

        for (int i = 0; i < 3; i++) {
            unread.get(i).says().onEnd(STOP);
            resume("u" + i, 0);
        }

        assertThat(content(host.all())).hasSize(held);
    }

    @Test
    void turnsThatNobodyReadsWaitWhenAllLogsAreFullAndGoOnWhenThereIsRoom() {
        for (int i = 0; i < 8; i++) {
            Asked turn = start("ended" + i);
            reconnect();
            turn.says().onText("x".repeat(60_000));
            turn.says().onEnd(STOP);
        }
        Asked turn = start("t");
        reconnect();
        int said = 0;
        while (!turn.isPaused()) {
            turn.says().onText("x".repeat(1_000));
            said += 1_000;
        }
        assertThat(said).isLessThan(LOG_BYTES / 2);

        agent.pass(TTL);
        assertThat(turn.isPaused()).isFalse();
        resume("t", 0);

        assertThat(content(host.all())).hasSize(said);
    }

    @Test
    void turnsTakeAChunkEachInTurnAndNoneStarvesAnother() {
        Asked first = start("a", 1 << 20);
        Asked second = start("b", 1 << 20);
        host.stopReading();
        Asked third = start("c", 1 << 20);
        for (Asked turn : List.of(first, second, third)) {
            for (int i = 0; i < 8; i++) {
                turn.says().onText("x".repeat(30_000));
            }
        }

        host.readAgain();

        List<String> order = new ArrayList<>();
        for (String frame : host.all()) {
            order.add(JsonTree.read(frame).string("id"));
        }
        assertThat(order.subList(order.size() - 12, order.size()).stream().distinct()).hasSize(3);
        List<String> waited = order.subList(order.lastIndexOf("a") - 6, order.lastIndexOf("a"));
        assertThat(waited).containsSubsequence("a", "b", "c", "a", "b", "c");
    }

    @Test
    void aPongDoesNotWaitBehindChunks() {
        Asked turn = start("t");
        host.stopReading();
        for (int i = 0; i < 10; i++) {
            turn.says().onText("x".repeat(30_000));
        }
        host.send("ping", "p", "{}");
        host.readAgain();

        List<String> frames = host.all();
        int pong = frames.indexOf("{\"type\":\"pong\",\"id\":\"p\",\"payload\":{}}");
        assertThat(pong).isBetween(0, 4);
        assertThat(frames.size()).isGreaterThan(9);
    }

    @Test
    void onlyTurnsThatRunCountAgainstTheMost() {
        for (int i = 0; i < 10; i++) {
            turn("ended" + i, 1);
        }
        for (int i = 0; i < 4; i++) {
            start("t" + i);
        }
        reconnect();
        assertThat(agent.turns().count()).isEqualTo(4);

        host.send("message", "m", "{\"role\":\"user\",\"content\":\"hi\"}");
        assertThat(host.next()).contains("\"code\":\"overloaded\"").doesNotContain("\"seq\"");
        agent.pass(GRACE);
        host.send("message", "m", "{\"role\":\"user\",\"content\":\"hi\"}");

        assertThat(host.all()).isEmpty();
        assertThat(agent.turns().count()).isEqualTo(1);
    }

    @Test
    void whatWasRefusedIsNoTurnAndMayBeAskedAgain() {
        for (int i = 0; i < 4; i++) {
            start("t" + i);
        }
        host.send("message", "m", "{\"role\":\"user\",\"content\":\"hi\"}");
        assertThat(host.next()).contains("\"code\":\"overloaded\"");
        llm.last().says().onEnd(STOP);
        host.all();

        host.send("message", "m", "{\"role\":\"user\"}");
        assertThat(host.next()).contains("\"code\":\"invalid_payload\"");
        start("m");
    }

    @Test
    void aDrainWaitsForTurnsThatRunButNotForLogs() {
        turn("ended", 10);
        Asked turn = start("t");
        reconnect();
        AtomicBoolean idle = new AtomicBoolean();
        agent.turns().drain(() -> idle.set(true));
        assertThat(idle).isFalse();
        resume("t", 0);
        host.send("message", "new", "{\"role\":\"user\",\"content\":\"hi\"}");
        assertThat(host.next()).contains("\"code\":\"draining\"").doesNotContain("\"seq\"");

        turn.says().onEnd(STOP);

        assertThat(host.all()).hasSize(1);
        assertThat(idle).isTrue();
    }

    @Test
    void aDrainIsOverOnceNobodyHasComeBack() {
        start("t");
        host.close();
        AtomicBoolean idle = new AtomicBoolean();
        agent.turns().drain(() -> idle.set(true));

        agent.pass(GRACE);

        assertThat(idle).isTrue();
        host = agent.connect();
    }

    @Test
    void aLogIsKeptForItsTimeAfterTheEndHoweverOftenItIsRead() {
        turn("t", 10);
        agent.pass(TTL.minusSeconds(1));
        resume("t", 0);
        assertThat(host.all()).hasSize(2);

        turn("u", 10);
        agent.pass(Duration.ofSeconds(1));
        resume("u", 0);
        assertThat(host.all()).hasSize(2);
        resume("t", 0);

        assertThat(host.next()).contains("\"code\":\"log_truncated\"");
    }

    @Test
    void closingTheAgentStopsWhatRuns() {
        Asked turn = start("t");
        host.close();

        agent.close();

        assertThat(turn.isAborted()).isTrue();
        assertThat(agent.turns().count()).isZero();
    }

    /** Loses the connection and opens a new one. */
    private void reconnect() {
        host.close();
        host = agent.connect();
        host.all();
    }

    private Asked start(String id) {
        return start(id, Long.MAX_VALUE >> 10);
    }

    private Asked start(String id, long credit) {
        int before = llm.count();
        host.sendRaw(
                "{\"type\":\"message\",\"id\":\""
                        + id
                        + "\",\"credit\":"
                        + credit
                        + ",\"payload\":{\"role\":\"user\",\"content\":\"hi\"}}");
        host.all();
        assertThat(llm.count()).isEqualTo(before + 1);
        return llm.last();
    }

    /** Runs a turn to its end; all of it is sent. */
    private void turn(String id, int chars) {
        Asked turn = start(id);
        turn.says().onText("x".repeat(chars));
        turn.says().onEnd(STOP);
        host.all();
    }

    private void resume(String id, long after) {
        host.send("resume", id, "{\"after\":" + after + "}");
    }

    private static void say(Asked turn, StringBuilder said, String text) {
        said.append(text);
        turn.says().onText(text);
    }

    private static String content(List<String> frames) {
        StringBuilder content = new StringBuilder();
        for (String frame : frames) {
            content.append(JsonTree.read(frame).get("payload").string("content"));
        }
        return content.toString();
    }
}
