package dev.culvert.daemon.providers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AskedTest {
    private static Asked read(ProviderApi api, String body) {
        return Asked.read(api, Unpooled.copiedBuffer(body, UTF_8));
    }

    @Test
    void saysWhatIsAskedFor() {
        Asked asked = read(ProviderApi.CHAT, "{\"model\":\"m\",\"stream\":true,\"max_tokens\":7}");

        assertThat(asked.model()).isEqualTo("m");
        assertThat(asked.isStreamed()).isTrue();
        assertThat(asked.mostTokens()).isEqualTo(7);
    }

    /** A provider would take the last one, and the budget would have counted the first. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'cheap','model':'dear'}",
                "{'model':'m','max_tokens':1,'max_tokens':100000}",
                "{'model':'m','max_tokens':1,'MAX_TOKENS':100000}",
                "{'model':'m','stream':true,'\\u0073tream':false}",
                "{'Model':'dear','model':'cheap'}"
            })
    void whatIsCountedMayComeOnlyOnce(String body) {
        assertThatThrownBy(() -> read(ProviderApi.CHAT, body.replace('\'', '"')))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("twice");
    }

    @Test
    void noAnswerIsMadeInTheBackground() {
        assertThatThrownBy(
                        () -> read(ProviderApi.RESPONSES, "{\"model\":\"m\",\"background\":true}"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("background");
        assertThat(read(ProviderApi.RESPONSES, "{\"model\":\"m\",\"background\":false}").model())
                .isEqualTo("m");
    }

    @Test
    void severalAnswersTakeAsMuchEach() {
        Asked asked =
                read(
                        ProviderApi.CHAT,
                        "{\"model\":\"m\",\"n\":5,\"best_of\":2,\"max_tokens\":7,\"max_completion_tokens\":9}");

        assertThat(asked.answerTokens(100)).isEqualTo(90);
        assertThat(
                        read(ProviderApi.CHAT, "{\"model\":\"m\",\"n\":3,\"max_tokens\":null}")
                                .answerTokens(100))
                .isEqualTo(300);
        assertThat(
                        read(
                                        ProviderApi.CHAT,
                                        "{\"model\":\"m\",\"n\":999999999999,\"best_of\":999999999999,\"max_tokens\":999999999999}")
                                .answerTokens(1))
                .isEqualTo(1_000_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e5", "-1", "\"100000\"", "100000.0", "[100000]", "true"})
    void aNumberOfTokensThatMayBeReadDifferentlyElsewhereIsRefused(String most) {
        assertThatThrownBy(() ->
                        read(ProviderApi.CHAT, "{\"model\":\"m\",\"max_tokens\":" + most + "}"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("\"max_tokens\" is no whole number");
    }

    @Test
    void saysWhetherTheStreamOfAChatTellsItsUsage() {
        assertThat(chat("").usage()).isEqualTo(Asked.Usage.CAN_BE_ADDED);
        assertThat(chat(",'stream_options':{'include_usage':true}").usage())
                .isEqualTo(Asked.Usage.TOLD);
        Asked without = chat(",'stream_options':{'include_usage':false}");
        assertThat(without.usage()).isEqualTo(Asked.Usage.REFUSED);
        assertThatThrownBy(without::checkUsage).hasMessageContaining("include_usage");
        assertThat(read(ProviderApi.RESPONSES, "{\"model\":\"m\",\"stream\":true}").usage())
                .isEqualTo(Asked.Usage.TOLD);
    }

    private static Asked chat(String more) {
        return read(
                ProviderApi.CHAT,
                "{'model':'m','stream':true%s}".formatted(more).replace('\'', '"'));
    }
}
