package dev.culvert.daemon.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.TurnSettings;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a turn is answered with a status and when with a stream, and how the stream ends. */
class StreamedAnswerTest {
    private static final Duration HEAD_DELAY = Duration.ofMillis(250);
    private static final Duration LONGEST_HEAD_DELAY = Duration.ofSeconds(1);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Duration GRACE = TurnSettings.DEFAULTS.resumeGrace();
    private static final Duration STALL = TurnSettings.DEFAULTS.stallTimeout();
    private static final Duration SILENCE = DaemonSettings.DEFAULTS.sse().keepalive();
    private static final String TAKEN_OVER = "{\"code\":\"taken_over\",\"message\":\"m\"}";
    private static final String END_OF_CHUNKS = "0\r\n\r\n";

    private final AnswerStage stage = new AnswerStage();

    StreamedAnswerTest() throws IOException {}

    @AfterEach
    void close() {
        stage.close();
    }

    /** A stream whose message the agent has got. */
    private void begin() {
        stage.announce(AnswerStage.FEATURES);
        stage.ask("/stream");
        assertThat(stage.asked()).contains("\"type\":\"message\"");
    }

    @Test
    void theHeadComesWhenTheMessageIsSentAndNotBefore() {
        stage.dialsForLong();
        stage.ask("/stream");
        assertThat(stage.told()).isEmpty();
        stage.failToDial();
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("\"code\":\"unreachable\"");
        assertThat(stage.counted).containsExactly("started", "ended ERROR");
    }

    @Test
    void aTurnThatHadToWaitForALinkIsCounted() {
        stage.announce(AnswerStage.FEATURES);
        stage.dialsForLong();
        stage.ask("/stream");
        assertThat(stage.counted).containsExactly("started");
        stage.dial();
        assertThat(stage.counted).containsExactly("started", "queued");
    }

    @Test
    void theTimeBetweenEventsIsToldAtTheEnd() {
        begin();
        stage.chunk(1, "a", false);
        stage.pass(Duration.ofMillis(100));
        stage.chunk(2, "b", false);
        stage.pass(Duration.ofMillis(500));
        stage.chunk(3, "c", true);
        assertThat(stage.counted)
                .containsExactly(
                        "started", "first event", "gaps of 300 ms, up to 500 ms", "ended DONE");
    }

    @Test
    void aTurnIsStreamedAsItsFormatWritesIt() {
        begin();
        assertThat(stage.told())
                .startsWith("HTTP/1.1 200")
                .contains("text/event-stream", ":0\ndata: begins after 0\n\n");

        stage.chunk(1, "a", false);
        assertThat(stage.told())
                .contains(":1\ndata: block 1\n\n", ":1\ndata: text {\"content\":\"a\"");
        stage.chunk(2, "b", true);
        assertThat(stage.told()).contains(":3\ndata: done 3\n\n").endsWith(END_OF_CHUNKS);
        assertThat(stage.isConnected()).isTrue();
        assertThat(stage.counted)
                .containsExactly(
                        "started", "first event", "gaps of 0 ms, up to 0 ms", "ended DONE");
    }

    @Test
    void aSilentStreamIsKeptAliveInTheWayOfItsFormat() {
        begin();
        stage.told();
        stage.pass(SILENCE);
        assertThat(stage.told()).contains("data: still here\n\n");
    }

    @Test
    void anErrorOfTheTurnHasItsNumberAndIsNoCleanEndWhereTheFormatSaysSo() {
        begin();
        stage.chunk(1, "a", false);
        stage.told();
        stage.reply("error", 2, "{\"code\":\"runtime_error\",\"message\":\"m\"}");
        assertThat(stage.told())
                .contains(":2\ndata: failed runtime_error 2\n\n")
                .doesNotContain(END_OF_CHUNKS);
        assertThat(stage.isConnected()).isFalse();
        assertThat(stage.counted).containsExactly("started", "first event", "ended ERROR");
    }

    @Test
    void anErrorThatIsNotOfTheTurnEndsItForEver() {
        begin();
        stage.reply("error", 0, "{\"code\":\"overloaded\",\"message\":\"m\"}");
        assertThat(stage.told())
                .contains(":" + EventFormat.LAST + "\ndata: failed overloaded " + EventFormat.LAST);
    }

    @Test
    void aBlockedToolEndsTheStream() {
        begin();
        stage.reply("tool_blocked", 1, "{\"tool_name\":\"rm\",\"reason\":\"no\"}");
        assertThat(stage.told()).contains(":1\ndata: failed tool_blocked 1\n\n");
        assertThat(stage.counted).endsWith("ended TOOL_BLOCKED");
    }

    @Test
    void aReadingThatIsTakenOverEndsAfterTheLastEventThatTheClientHas() {
        begin();
        stage.chunk(1, "a", false);
        stage.told();
        stage.reply("error", 0, TAKEN_OVER); // it tries once more: the request may have been late
        assertThat(stage.asked()).contains("\"type\":\"resume\"");
        stage.reply("error", 0, TAKEN_OVER);
        assertThat(stage.told()).contains(":1\ndata: failed taken_over 1\n\n");
    }

    @Test
    void aTurnThatTheAgentDoesNotKnowIsAStatusWithinTheHeadDelay() {
        stage.announce(AnswerStage.FEATURES);
        stage.resume(stage.otherTurn(), 3, false);
        assertThat(stage.asked()).contains("\"type\":\"resume\"");
        stage.pass(HEAD_DELAY.minus(MOMENT));
        assertThat(stage.told()).isEmpty();
        stage.reply("error", 0, "{\"code\":\"unknown_turn\",\"message\":\"m\"}");
        assertThat(stage.told()).startsWith("HTTP/1.1 410").contains("unknown_turn");
    }

    @Test
    void afterTheHeadDelayItIsAnEvent() {
        stage.announce(AnswerStage.FEATURES);
        stage.resume(stage.otherTurn(), 3, false);
        stage.asked();
        stage.pass(HEAD_DELAY);
        assertThat(stage.told()).startsWith("HTTP/1.1 200").contains("data: begins after 3\n\n");
        stage.reply("error", 0, "{\"code\":\"unknown_turn\",\"message\":\"m\"}");
        assertThat(stage.told()).contains("failed unknown_turn " + EventFormat.LAST);
    }

    @Test
    void aClientThatReadsEventsOnlyNeverGetsAStatus() {
        stage.announce(AnswerStage.FEATURES);
        stage.resume(stage.otherTurn(), 0, true);
        stage.asked();
        stage.reply("error", 0, "{\"code\":\"unknown_turn\",\"message\":\"m\"}");
        assertThat(stage.told())
                .startsWith("HTTP/1.1 200")
                .contains("failed unknown_turn " + EventFormat.LAST);
    }

    @Test
    void aTurnOfNoAgentIsUnknown() {
        stage.resume("b.none", 0, false);
        assertThat(stage.told()).startsWith("HTTP/1.1 410").contains("unknown_turn");
    }

    @Test
    void aClientThatHasAllOfItIsToldSo() {
        stage.announce(AnswerStage.FEATURES);
        stage.resume(stage.otherTurn(), 3, true);
        stage.asked();
        stage.chunk(2, "b", true);
        assertThat(stage.told()).startsWith("HTTP/1.1 204");

        stage.resume(EventFormat.LAST, true);
        assertThat(stage.told()).startsWith("HTTP/1.1 204");
    }

    @Test
    void aClientThatResumesGetsWhatItHasNotGot() {
        stage.announce(AnswerStage.FEATURES);
        stage.resume(stage.otherTurn(), 1, true);
        assertThat(stage.asked()).contains("\"after\":1");
        stage.chunk(2, "b", true);
        assertThat(stage.told())
                .contains("begins after 1", "data: block 2\n\n", "data: done 3\n\n")
                .endsWith(END_OF_CHUNKS);
        assertThat(stage.counted).containsExactly("started", "first event, resumed", "ended DONE");
    }

    @Test
    void aTurnWhoseClientLeavesIsStoppedAfterTheGrace() {
        begin();
        stage.leave();
        assertThat(stage.counted).containsExactly("started", "ended CLIENT_GONE");
        stage.pass(GRACE.minus(MOMENT));
        assertThat(stage.asked()).isEmpty();
        stage.pass(MOMENT);
        assertThat(stage.asked()).contains("\"type\":\"cancel\"");
    }

    @Test
    void aTurnThatNoAgentHasGotIsGivenUpAtOnce() {
        stage.dialsForLong();
        stage.ask("/stream");
        stage.leave();
        assertThat(stage.counted).containsExactly("started", "ended CLIENT_GONE");
    }

    @Test
    void aClientThatTakesNothingForTheStallTimeoutIsCutOff() {
        begin();
        stage.told();
        stage.stopReading();
        stage.chunk(1, "x".repeat(TurnSettings.DEFAULTS.initialCredit()), false);
        stage.pass(STALL.minus(MOMENT));
        assertThat(stage.isConnected()).isTrue();
        stage.pass(MOMENT);
        assertThat(stage.counted)
                .contains("ended SLOW_CONSUMER", "cancelled SLOW_CONSUMER")
                .startsWith("started", "first event");
        stage.readAgain();
        assertThat(stage.told())
                .contains("cut off slow_consumer " + EventFormat.LAST)
                .doesNotContain(END_OF_CHUNKS);
    }

    @Test
    void aClientThatTakesSomethingIsNotCutOff() {
        begin();
        stage.stopReading();
        stage.chunk(1, "x".repeat(TurnSettings.DEFAULTS.initialCredit()), false);
        stage.pass(STALL.minus(MOMENT));
        stage.readAgain();
        assertThat(stage.asked()).contains("\"type\":\"credit\"");
        stage.pass(STALL);
        assertThat(stage.isConnected()).isTrue();
    }

    @Test
    void aCallerThatHasUsedMoreBytesASecondThanItMayGetsTheRestLater() throws IOException {
        Grant.Limits limits = Grant.Limits.of(null, "10KiB/s", 0);
        try (AnswerStage limited = new AnswerStage(DaemonSettings.DEFAULTS, limits)) {
            limited.announce(AnswerStage.FEATURES);
            limited.ask("/stream");
            assertThat(limited.asked()).contains("\"type\":\"message\"");
            limited.chunk(1, "x".repeat(40 * 1024), false);
            assertThat(limited.told()).contains("xxx");
            limited.pass(Duration.ofSeconds(3));
            assertThat(limited.asked()).as("credit").isEmpty();
            assertThat(limited.counted).containsExactly("started", "first event", "slowed down");
            limited.pass(Duration.ofMillis(200));
            assertThat(limited.asked()).contains("\"type\":\"credit\"");
            limited.chunk(2, "y", true);
            assertThat(limited.told()).endsWith(END_OF_CHUNKS);
        }
    }

    @Test
    void aStreamThatEndsWhileItIsSlowedDownAsksForNothingMore() throws IOException {
        Grant.Limits limits = Grant.Limits.of(null, "1KiB/s", 0);
        try (AnswerStage limited = new AnswerStage(DaemonSettings.DEFAULTS, limits)) {
            limited.announce(AnswerStage.FEATURES);
            limited.ask("/stream");
            limited.asked();
            limited.chunk(1, "x".repeat(40 * 1024), false);
            limited.chunk(2, "y", true);
            limited.pass(Duration.ofMinutes(1));
            assertThat(limited.asked()).isEmpty();
            assertThat(limited.counted).endsWith("ended DONE");
        }
    }

    @Test
    void anAgentThatIgnoresItsCreditIsToldOn() {
        begin();
        stage.told();
        stage.stopReading();
        String large = "x".repeat(TurnSettings.DEFAULTS.maxUnsentBytes());
        for (int i = 1; i <= 4; i++) {
            stage.chunk(i, large, false);
        }
        assertThat(stage.counted).contains("ended ERROR", "cancelled CREDIT_IGNORED");
        stage.readAgain();
        assertThat(stage.told()).contains("cut off credit_ignored " + EventFormat.LAST);
    }

    @Test
    void anAgentWithoutCreditGivesTheClientASecondToCatchUp() {
        stage.announce("\"features\":[]");
        stage.ask("/stream");
        stage.asked();
        stage.stopReading();
        String large = "x".repeat(TurnSettings.DEFAULTS.maxUnsentBytes());
        stage.chunk(0, large, false);
        stage.chunk(0, large, false);
        stage.chunk(0, large, false);
        stage.pass(Duration.ofSeconds(1).minus(MOMENT));
        assertThat(stage.isConnected()).isTrue();
        stage.pass(MOMENT);
        assertThat(stage.counted).contains("ended SLOW_CONSUMER", "cancelled SLOW_CONSUMER");
    }

    @Test
    void aDaemonThatStopsSaysSoInAWayThatTheClientComesBackAfter() {
        begin();
        stage.chunk(1, "a", false);
        stage.told();
        stage.cutAll();
        assertThat(stage.told()).contains(":1\ndata: cut off draining 1\n\n");
    }

    @Test
    void whileTheDaemonStopsWhoResumesIsSentAway() {
        stage.admission.close();
        stage.resume(stage.otherTurn(), 1, false);
        assertThat(stage.told()).startsWith("HTTP/1.1 503");
    }

    @Test
    void whileTheDaemonStopsABrowserThatResumesGetsAnEvent() {
        stage.admission.close();
        stage.resume(stage.otherTurn(), 1, true);
        assertThat(stage.told()).startsWith("HTTP/1.1 200").contains("cut off draining 1");
    }

    @Test
    void aClientThatNeverComesBackStopsItsTurnAsSoonAsItLeaves() {
        stage.announce(AnswerStage.FEATURES);
        stage.ask("/once");
        assertThat(stage.asked()).contains("\"type\":\"message\"");

        stage.leave();

        assertThat(stage.asked()).contains("\"type\":\"cancel\"");
        assertThat(stage.counted).contains("cancelled CLIENT_GONE");
    }

    @Test
    void aClientThatNeverComesBackGetsItsHeadAndKeepalivesAlsoWhileTheMessageIsNotSent() {
        stage.dialsForLong();
        stage.ask("/once");
        stage.pass(LONGEST_HEAD_DELAY.minus(MOMENT));
        assertThat(stage.told()).isEmpty();

        stage.pass(MOMENT);
        assertThat(stage.told()).startsWith("HTTP/1.1 200").contains("begins after 0");
        stage.pass(SILENCE.plus(MOMENT));
        assertThat(stage.told()).contains("still here");

        stage.failToDial();
        assertThat(stage.told()).contains("failed unreachable").doesNotContain(END_OF_CHUNKS);
        assertThat(stage.isConnected()).isFalse();
    }

    @Test
    void aTurnThatFailsSoonIsAStatusForAClientThatNeverComesBack() {
        stage.dialsForLong();
        stage.ask("/once");
        stage.pass(LONGEST_HEAD_DELAY.minus(MOMENT));
        stage.failToDial();
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("unreachable");
    }

    @Test
    void aMessageThatIsSentLateBringsTheHeadNoLaterAndOnlyOnce() {
        stage.announce(AnswerStage.FEATURES);
        stage.dialsForLong();
        stage.ask("/once");
        stage.pass(LONGEST_HEAD_DELAY);
        stage.dial();
        assertThat(stage.asked()).contains("\"type\":\"message\"");
        assertThat(stage.told()).containsOnlyOnce("HTTP/1.1 200").containsOnlyOnce("begins after");
        stage.pass(HEAD_DELAY);
        stage.chunk(1, "a", true);
        assertThat(stage.told()).doesNotContain("begins after").contains("done 2");
    }
}
