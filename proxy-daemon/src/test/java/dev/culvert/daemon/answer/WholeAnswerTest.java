package dev.culvert.daemon.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A turn that is answered with the whole. */
class WholeAnswerTest {
    private final AnswerStage stage = new AnswerStage();

    WholeAnswerTest() throws IOException {}

    @AfterEach
    void close() {
        stage.close();
    }

    private void begin() {
        stage.announce(AnswerStage.FEATURES);
        stage.ask("/whole");
        assertThat(stage.asked()).contains("\"type\":\"message\"");
    }

    @Test
    void chunksAreJoinedAndNothingIsSaidBefore() {
        begin();
        stage.chunk(1, "a\\n", false);
        assertThat(stage.told()).isEmpty();
        stage.reply(
                "chunk",
                2,
                "{\"content\":\"b\",\"done\":true,\"finish_reason\":\"stop\",\"usage\":{\"n\":1}}");
        assertThat(stage.told())
                .startsWith("HTTP/1.1 200")
                .endsWith("{\"content\":\"a\\nb\",\"finish_reason\":\"stop\",\"usage\":{\"n\":1}}");
    }

    private void call(long seq, String fragment) {
        stage.reply(
                "chunk",
                seq,
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[" + fragment + "]}");
    }

    @Test
    void callsOfToolsAndWhatTheModelThinksAreJoinedToo() {
        begin();
        stage.reply("chunk", 1, "{\"content\":\"\",\"done\":false,\"reasoning\":\"h\\n\"}");
        stage.reply("chunk", 2, "{\"content\":\"\",\"done\":false,\"reasoning\":\"m\"}");
        String name = "\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}";
        call(3, "{\"index\":0,\"id\":\"c0\"," + name.formatted("f", "{\\\"a\\\":") + "}");
        call(4, "{\"index\":0,\"function\":{\"arguments\":\"1}\"}}");
        call(5, "{\"index\":1,\"id\":\"c1\"," + name.formatted("g", "{}") + "}");
        stage.reply(
                "chunk", 6, "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\"}");
        String call = "{\"id\":\"%s\",\"type\":\"function\"," + name + "}";
        assertThat(stage.told())
                .startsWith("HTTP/1.1 200")
                .endsWith(
                        "\r\n\r\n{\"content\":\"\",\"reasoning\":\"h\\nm\",\"tool_calls\":["
                                + call.formatted("c0", "f", "{\\\"a\\\":1}")
                                + ","
                                + call.formatted("c1", "g", "{}")
                                + "],\"finish_reason\":\"tool_calls\"}");
    }

    @Test
    void anAnswerWithOver1024CallsIsRefused() {
        begin();
        for (int i = 0; i < 1024; i++) {
            call(i + 1, "{\"index\":" + i + "}");
        }
        assertThat(stage.told()).isEmpty();
        call(1025, "{\"index\":1024}");
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("over 1024 tool calls");
        assertThat(stage.counted).contains("cancelled ANSWER_REFUSED");
    }

    @Test
    void aNameOfAToolThatHasNoEndIsRefused() {
        begin();
        call(1, "{\"index\":0,\"function\":{\"name\":\"" + "n".repeat(4000) + "\"}}");
        assertThat(stage.told()).isEmpty();
        call(2, "{\"index\":0,\"function\":{\"name\":\"" + "m".repeat(4000) + "\"}}");
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("has no end");
    }

    @Test
    void whatIsDroppedIsReleased() {
        begin();
        stage.reply("chunk", 1, "{\"content\":\"a\",\"done\":false,\"reasoning\":\"h\"}");
        stage.reply("error", 2, "{\"code\":\"runtime_error\",\"message\":\"m\"}");
        assertThat(stage.told()).startsWith("HTTP/1.1 502");
    }

    @Test
    void anAnswerWithoutTextIsEmpty() {
        begin();
        stage.reply("chunk", 1, "{\"content\":\"\",\"done\":true}");
        assertThat(stage.told()).endsWith("\r\n\r\n{\"content\":\"\"}");
    }

    @Test
    void anErrorIsAStatusAlsoAfterChunks() {
        begin();
        stage.chunk(1, "a", false);
        stage.reply("error", 2, "{\"code\":\"runtime_error\",\"message\":\"m\"}");
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("runtime_error");
    }

    @Test
    void whatIsJoinedIsGivenCreditForAtOnce() {
        begin();
        stage.chunk(1, "x".repeat(40_000), false);
        assertThat(stage.asked()).contains("\"type\":\"credit\"");
    }

    @Test
    void aClientThatLeavesStopsTheTurnAtOnceWhereItHasNoKey() {
        begin();
        stage.chunk(1, "a", false);
        stage.leave();
        assertThat(stage.asked()).contains("\"type\":\"cancel\"");
    }

    @Test
    void aLostLinkIsAStatus() {
        stage.announce("\"features\":[]");
        stage.ask("/whole");
        stage.asked();
        stage.loseLink();
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("link_lost");
    }

    @Test
    void aDaemonThatStopsSaysSo() {
        begin();
        stage.chunk(1, "a", false);
        stage.cutAll();
        assertThat(stage.told()).startsWith("HTTP/1.1 503");
    }

    @Test
    void aDialThatFailsIsAStatus() {
        stage.dialsForLong();
        stage.ask("/whole");
        stage.pass(Duration.ofSeconds(1));
        assertThat(stage.told()).isEmpty();
        stage.failToDial();
        assertThat(stage.told()).startsWith("HTTP/1.1 502").contains("unreachable");
    }
}
