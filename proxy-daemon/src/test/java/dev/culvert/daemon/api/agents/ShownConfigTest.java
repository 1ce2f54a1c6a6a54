package dev.culvert.daemon.api.agents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.http.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownConfigTest {
    private static String shown(String payload) {
        return Json.object(json -> ShownConfig.write(json, "it", new Desired(1, payload)))
                .toString(UTF_8);
    }

    @Test
    void showsEverythingButSecretsAsItWasSet() {
        assertThat(
                        shown(
                                "{\"config\":{\"model\":\"m\",\"n\":0.25,\"deep\":[{\"api_key\":\"k\",\"max_tokens\":7}],"
                                        + "\"password\":123,\"token\":null},\"tool_allowlist\":[\"a\"]}"))
                .isEqualTo(
                        "{\"it\":{\"config\":{\"model\":\"m\",\"n\":0.25,\"deep\":[{\"api_key\":\"(hidden)\",\"max_tokens\":7}],"
                                + "\"password\":\"(hidden)\",\"token\":null},\"tool_allowlist\":[\"a\"]}}");
    }

    @Test
    void thereMayBeNone() {
        assertThat(Json.object(json -> ShownConfig.write(json, "it", null)).toString(UTF_8))
                .isEqualTo("{\"it\":null}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_key",
                "apiKey",
                "OPENAI-API-KEY",
                "key",
                "secret",
                "client_secret",
                "Password",
                "passphrase",
                "auth_token",
                "Authorization",
                "cookie",
                "private_pem",
                "credentials"
            })
    void namesOfSecretsAreKnown(String name) {
        assertThat(ShownConfig.isSecret(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "max_tokens", "tokenizer", "monkey", "keyboard", "passage"})
    void otherNamesAreNot(String name) {
        assertThat(ShownConfig.isSecret(name)).isFalse();
    }
}
