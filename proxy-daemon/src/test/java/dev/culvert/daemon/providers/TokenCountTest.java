package dev.culvert.daemon.providers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCountTest {
    private final TokenCount count = new TokenCount(10);

    private boolean event(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, UTF_8);
        boolean isPart = count.event(bytes) == TokenCount.Event.PART;
        bytes.release();
        return isPart;
    }

    private boolean data(String json) {
        return event("data: " + json + "\n\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]} | 1",
                "{\"choices\":[{\"delta\":{\"content\":\"twelve bytes\"}}]} | 3",
                "{\"choices\":[{\"delta\":{\"reasoning_content\":\"eight by\"}}]} | 2",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"call_123456789\",\"function\":{\"arguments\":\"12345678\"}}]}}]} | 2",
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]} | 0",
                "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]} | 0",
                "{\"type\":\"response.output_text.delta\",\"delta\":\"12345678\"} | 2",
                "{\"type\":\"response.output_text.done\",\"text\":\"12345678\"} | 0",
                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"12345678\"}} | 2",
                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"12345678\"}} | 2",
                "{\"type\":\"ping\"} | 0",
            })
    void eachPartOfAnAnswerCountsByItsText(String json, int tokens) {
        assertThat(data(json)).isEqualTo(tokens > 0);
        assertThat(count.output()).isEqualTo(tokens);
        assertThat(count.input()).isEqualTo(10);
    }

    @Test
    void usageReplacesWhatWasEstimated() {
        data("{\"choices\":[{\"delta\":{\"content\":\"a long, long, long text\"}}]}");
        assertThat(
                        data(
                                "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}"))
                .isFalse();
        assertThat(count.input()).isEqualTo(7);
        assertThat(count.output()).isEqualTo(3);
    }

    @Test
    void afterUsageComesMore() {
        event(
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":300,\"output_tokens\":1}}}\n\n");
        assertThat(count.total()).isEqualTo(326);
        data(
                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}");
        assertThat(count.total()).isEqualTo(327);
        data(
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}");
        assertThat(count.total()).isEqualTo(334);
    }

    @Test
    void usageOfAResponseIsInIt() {
        data(
                "{\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":4,\"output_tokens\":6}}}");
        assertThat(count.total()).isEqualTo(10);
    }

    @Test
    void theLinesOfAnEventAreOneText() {
        event("data: {\"choices\":[{\"delta\":\ndata:{\"content\":\"12345678\"}}]}\n\n");
        assertThat(count.output()).isEqualTo(2);
    }

    @Test
    void whatIsNoJsonCountsByItsBytes() {
        assertThat(data("{\"choices\": [}")).isTrue();
        assertThat(count.output()).isEqualTo(3);
        assertThat(data("[DONE]")).isFalse();
        assertThat(event(": a comment\n\n")).isFalse();
    }

    @Test
    void anAnswerThatIsNotStreamedSaysItsUsage() {
        ByteBuf body =
                Unpooled.copiedBuffer(
                        "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
                        UTF_8);
        count.whole(body, body.readableBytes());
        assertThat(count.total()).isEqualTo(3);
        body.release();
    }

    @Test
    void anAnswerWithoutUsageCountsByItsBytes() {
        ByteBuf body = Unpooled.copiedBuffer("{\"choices\":[\"12345678\"]}", UTF_8);
        count.whole(body, 4000);
        assertThat(count.output()).isEqualTo(1000);
        body.release();
    }

    @Test
    void aUsageIsFinalUntilMoreComes() {
        event(
                "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n");
        assertThat(count.isFinal()).isFalse();
        data("{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}");
        assertThat(count.isFinal()).isTrue();
        data(
                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}");
        assertThat(count.isFinal()).isFalse();
        data(
                "{\"type\":\"response.created\",\"response\":{\"usage\":null,\"status\":\"in_progress\"}}");
        assertThat(count.isFinal()).isFalse();
    }

    @Test
    void theChunkThatHasNothingButUsageIsKnown() {
        ByteBuf bytes =
                Unpooled.copiedBuffer(
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n",
                        UTF_8);
        assertThat(count.event(bytes)).isEqualTo(TokenCount.Event.USAGE_ONLY);
        assertThat(count.isFinal()).isTrue();
        bytes.release();
    }
}
