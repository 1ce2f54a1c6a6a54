package dev.culvert.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.checks.TestServer;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host finds out from inside the guest (checks.md). */
class GuestChecksTest {
    private static Guest guest() throws Exception {
        Layer file =
                Layer.text("test", "{\"listen\": \"tcp://127.0.0.1:0\", \"runtime\": \"echo\"}");
        return Guest.start(
                Settings.read(List.of(file), GuestSettings::read).value(), Systemd.ABSENT);
    }

    private static BaseHost host(Guest guest) throws Exception {
        return new BaseHost(((AgentAddress.Tcp) guest.address()).port());
    }

    @Test
    void announcesThatItChecks() throws Exception {
        try (Guest guest = guest();
                BaseHost host = host(guest)) {
            assertThat(host.next()).contains("\"checks\"");
        }
    }

    @Test
    void checksAServerFromInside() throws Exception {
        try (TestServer server = TestServer.answering("HTTP/1.1 401 No\r\n\r\n");
                Guest guest = guest();
                BaseHost host = host(guest)) {
            host.send(
                    "ping",
                    "c1",
                    "{\"check\":{\"url\":\"http://127.0.0.1:%d/v1/models\",\"within_ms\":5000}}"
                            .formatted(server.port()));

            assertThat(host.nextAnswer())
                    .contains(
                            "\"type\":\"pong\"",
                            "\"id\":\"c1\"",
                            "\"verdict\":\"reachable\"",
                            "\"status\":401",
                            "\"hop\":\"http\"");
            assertThat(server.heads()).singleElement().asString().contains("GET /v1/models ");
        }
    }

    @Test
    void otherPingsAreAnsweredWhileACheckWaits() throws Exception {
        try (TestServer silent = TestServer.playing((_, in, _) -> in.readAllBytes());
                Guest guest = guest();
                BaseHost host = host(guest)) {
            host.send(
                    "ping",
                    "c1",
                    "{\"check\":{\"url\":\"http://127.0.0.1:%d/\",\"within_ms\":300}}"
                            .formatted(silent.port()));
            host.send("ping", "p1", "{}");

            assertThat(host.nextAnswer()).contains("\"id\":\"p1\"");
            assertThat(host.nextAnswer())
                    .contains("\"id\":\"c1\"", "\"verdict\":\"unreachable\"", "within 300 ms");
        }
    }

    @Test
    void saysWhatItsMachineIsLikeAndWhatTimeItIsThere() throws Exception {
        try (Guest guest = guest();
                BaseHost host = host(guest)) {
            host.send("ping", "d1", "{\"machine\":true}");

            assertThat(host.nextAnswer())
                    .contains(
                            "\"type\":\"pong\"",
                            "\"machine\":{\"at\":\"20",
                            "\"findings\":[",
                            "\"received_ms\":",
                            "\"sent_ms\":");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"check\":{}}",
                "{\"check\":{\"url\":\"ftp://a.example/\"}}",
                "{\"check\":{\"url\":7}}",
                "{\"check\":{\"url\":\"http://a.example/\",\"through\":\"ftp://b:1\"}}"
            })
    void whatCannotBeCheckedIsAnInvalidPayload(String payload) throws Exception {
        try (Guest guest = guest();
                BaseHost host = host(guest)) {
            host.send("ping", "c1", payload);

            assertThat(host.nextAnswer())
                    .contains("\"type\":\"error\"", "\"id\":\"c1\"", "\"invalid_payload\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"check\":true}", "{\"check\":null}", "{\"machine\":false}", "{\"a\":{}}"})
    void aPingThatAsksForNothingOfThatIsAnsweredAsAlways(String payload) throws Exception {
        try (Guest guest = guest();
                BaseHost host = host(guest)) {
            host.send("ping", "p1", payload);

            assertThat(host.nextAnswer()).contains("\"type\":\"pong\"").endsWith("{}}");
        }
    }
}
