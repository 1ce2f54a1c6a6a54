package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.guest.config.RuntimeHeaders;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeTimeouts;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8081, /v1/chat/completions, 8081",
        "http://localhost/, /v1/chat/completions, 80",
        "http://[::1]:11434/v1, /v1/chat/completions, 11434",
        "http://h:1/openai/v1/, /openai/v1/chat/completions, 1",
        "http://h:1/gate, /gate/v1/chat/completions, 1"
    })
    void findsTheTargetUnderTheBase(String base, String target, int port) {
        RuntimeSettings settings = settings(base, null);
        assertThat(settings.target("/chat/completions")).isEqualTo(target);
        assertThat(settings.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource({
        "https://127.0.0.1:8081, which the agent does not speak",
        "ftp://127.0.0.1, must be http://HOST:PORT",
        "localhost:8081, must be http://HOST:PORT",
        "http://user:secret@h, must have no user",
        "http://h/?key=secret, must have no user",
        "http://h:70000, must be from 1 to 65535"
    })
    void refusesABaseItCannotUseAndSaysWhat(String base, String why) {
        assertThatThrownBy(() -> settings(base, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("secret");
    }

    @Test
    void neverPrintsTheKey() {
        assertThat(settings("http://h", "sk-123").toString())
                .doesNotContain("sk-123")
                .contains("a key");
        assertThatThrownBy(() -> settings("http://h", "sk-123\n"))
                .hasMessageNotContaining("sk-123");
    }

    @Test
    void quotesForeignWordsInOneShortLineWithoutTheKey() {
        RuntimeSettings settings = settings("http://h", "sk-123");
        assertThat(settings.quote(" bad key\r\n\u001b[31m\u202e 'sk-123' "))
                .isEqualTo("bad key\\r\\n\\u001b[31m\\u202e '***'");
        assertThat(settings.quote("x".repeat(499) + "\ud83d\ude00"))
                .hasSize(500)
                .endsWith("x… (501 characters)");
        assertThat(settings.quote(new ClosedChannelException()))
                .isEqualTo("ClosedChannelException");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length, 5, set by the agent itself",
        "authorization, Bearer x, set by the agent itself",
        "a b, x, characters that HTTP does not allow",
        "x-key, sécret, printable ASCII"
    })
    void refusesHeadersThatWouldChangeTheRequest(String name, String value, String why) {
        assertThatThrownBy(() ->
                        new GenerationRequest(
                                Unpooled.EMPTY_BUFFER, Map.of(name, value), RuntimeKind.OPENAI))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("sécret");
    }

    @Test
    void refusesALineBreakInAHeader() {
        assertThatThrownBy(() -> RuntimeHeaders.check("x-key", "a\r\nb"))
                .hasMessageContaining("x-key");
    }

    @Test
    void printsARequestWithoutItsHeadersValues() {
        assertThat(
                        new GenerationRequest(
                                        Unpooled.EMPTY_BUFFER,
                                        Map.of("x-key", "secret"),
                                        RuntimeKind.OPENAI)
                                .toString())
                .contains("x-key")
                .doesNotContain("secret");
    }

    private static RuntimeSettings settings(String base, @Nullable String key) {
        return new RuntimeSettings(
                URI.create(base),
                key,
                RuntimeRequests.DEFAULTS,
                RuntimeTimeouts.DEFAULTS,
                RuntimeLimits.DEFAULTS);
    }
}
