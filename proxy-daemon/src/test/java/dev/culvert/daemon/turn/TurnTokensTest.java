package dev.culvert.daemon.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnTokensTest {
    private static @Nullable TurnTokens of(String payload) {
        return TurnTokens.of(
                new Frame(FrameType.CHUNK, "m", Unpooled.copiedBuffer(payload, UTF_8)));
    }

    @Test
    void readsTheNamesOfBothKindsOfRuntimes() {
        assertThat(
                        of(
                                "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}"))
                .isEqualTo(new TurnTokens(7, 3));
        assertThat(
                        of(
                                "{\"done\":true, \"usage\": { \"output_tokens\" : 3 , \"input_tokens\" : 7 }}"))
                .isEqualTo(new TurnTokens(7, 3));
        assertThat(of("{\"usage\":{\"prompt_tokens\":7}}")).isEqualTo(new TurnTokens(7, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"usage\":{}}",
                "{\"usage\":null}",
                "{\"usage\":7}",
                "{\"usage\":[{\"prompt_tokens\":7}]}",
                "{\"usage\":{\"prompt_tokens\":\"7\"}}",
                "{\"usage\":{\"prompt_tokens\":-7,\"completion_tokens\":1.5}}",
                "{\"usage\":{\"prompt_tokens\":99999999999999999999}}",
                "{\"usage\":{\"details\":{\"prompt_tokens\":7}}}",
                "{\"details\":{\"usage\":{\"prompt_tokens\":7}}}"
            })
    void whatIsNoCountCountsNothing(String payload) {
        assertThat(of(payload)).isNull();
    }
}
