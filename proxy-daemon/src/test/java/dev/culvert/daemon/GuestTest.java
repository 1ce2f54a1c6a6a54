package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.config.Settings;
import dev.culvert.config.Source;
import dev.culvert.daemon.EventReader.Event;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.systemd.Systemd;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The daemon with our own guest, whose runtime echoes. */
class GuestTest {
    private static final String MESSAGE = "{\"role\":\"user\",\"content\":\"one two three\"}";

    @Test
    void theTwoProgramsUnderstandEachOther() throws Exception {
        try (Guest guest = Guest.start(settings(), Systemd.ABSENT);
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"agents\": [{\"id\": \"a\", \"address\": \"%s\", \"config\": {}}]}"
                                        .formatted(guest.address()))) {
            daemon.awaitState("a", "ready");
            daemon.awaitAgent("a", "\"protocol\":\"1.1\"");

            assertThat(daemon.post("/agents/a/message", MESSAGE).body())
                    .startsWith("{\"content\":\"one two three\",\"finish_reason\":\"stop\"");
            try (EventReader events = daemon.stream("POST", "/agents/a/stream", MESSAGE)) {
                List<Event> all = events.rest();
                assertThat(all.size()).isGreaterThan(3);
                assertThat(all.getLast().type()).isEqualTo("done");
            }
            assertThat(daemon.post("/agents/a/context", "{\"context\":\"c\"}").statusCode())
                    .isEqualTo(200);
            assertThat(
                            daemon.put(
                                            "/api/v1/agents/a/config",
                                            "{\"config\":{},\"tool_allowlist\":[\"ls\"]}")
                                    .body())
                    .contains("\"applied_revision\":2");
            assertThat(daemon.post("/api/v1/agents/a/ping", "").statusCode()).isEqualTo(200);
            assertThat(daemon.post("/agents/a/message", "{\"content\":5}").body())
                    .contains("\"code\":\"invalid_payload\"");
        }
    }

    private static GuestSettings settings() throws Exception {
        String text =
                "{\"listen\": \"tcp://127.0.0.1:0\", \"runtime\": \"echo\", \"drain\": \"0s\"}";
        return Settings.read(List.of(Source.text("guest", text)), GuestSettings::read).value();
    }
}
