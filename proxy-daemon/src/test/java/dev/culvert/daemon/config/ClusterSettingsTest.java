package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.settings.SecretSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSettingsTest {
    private static final ClusterSettings.Login NOBODY = ClusterSettings.DEFAULTS.login();

    private static ClusterSettings with(
            List<String> servers, Optional<String> name, Optional<String> url) {
        return new ClusterSettings(
                servers,
                name,
                url,
                NOBODY,
                "culvert",
                Duration.ofSeconds(5),
                1,
                10,
                Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nats.example.org",
                "http://nats:4222",
                "nats://",
                "nats://me:secret@nats:4222",
                "nats://nats:4222/secret",
                "ws://nats"
            })
    void anotherServerIsRefusedAndNotRepeated(String server) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(List.of(server), Optional.empty(), Optional.of("https://h")))
                .withMessageStartingWith("servers is what it is: ")
                .withMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://host",
                "host:8470",
                "https://0.0.0.0:8470",
                "https://[::]:8470",
                "https://me@host",
                "https://host/path",
                "https://host?x",
                "https:///",
                "https://a b"
            })
    void aUrlWhereNobodyCanReachThisHostIsRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> with(List.of("tls://nats:4222"), Optional.of("a"), Optional.of(url)))
                .withMessageStartingWith("url is " + url);
    }

    @Test
    void aClusterNeedsTheUrlOfThisHost() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(List.of("nats://n"), Optional.empty(), Optional.empty()))
                .withMessageStartingWith("url is missing: ");
        assertThat(with(List.of("nats://n"), Optional.empty(), Optional.of("https://h:1")).isOn())
                .isTrue();
    }

    @Test
    void theOtherKeysNeedAServer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(List.of(), Optional.of("a"), Optional.empty()))
                .withMessageStartingWith("servers is missing: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a.", "a..b", "a_b", "a b", "ä"})
    void aNameThatIsNoNameOfAMachineIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        with(List.of("nats://n"), Optional.of(name), Optional.of("https://h")))
                .withMessageStartingWith("name is " + name);
    }

    @Test
    void aUserAndAPasswordBelongTogether() {
        Optional<SecretSource> password = Optional.of(new SecretSource.FromVariable("P"));
        Optional<Path> none = Optional.empty();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new ClusterSettings.Login(Optional.of("u"), Optional.empty(), none, none))
                .withMessageStartingWith("password is missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterSettings.Login(Optional.empty(), password, none, none))
                .withMessageStartingWith("user is missing");
    }

    @Test
    void aHostHasGoneAfterThreeHeartbeats() {
        assertThat(ClusterSettings.DEFAULTS.lifetime()).isEqualTo(Duration.ofSeconds(15));
        assertThat(ClusterSettings.DEFAULTS.isOn()).isFalse();
    }
}
