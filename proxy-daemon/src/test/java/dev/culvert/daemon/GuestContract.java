package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon with our own guest, whose runtime echoes; implemented once per road between them. */
@Timeout(60)
interface GuestContract {
    String MESSAGE = "{\"role\":\"user\",\"content\":\"one two three\"}";

    /** How the daemon reaches a guest that listens on {@code guest}. */
    AgentAddress road(AgentAddress guest) throws IOException;

    @Test
    default void theTwoProgramsUnderstandEachOther() throws Exception {
        try (Guest guest = GuestContract.guest("0s");
                TestDaemon daemon = daemon(guest, "")) {
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

    @Test
    default void aDeletedTurnStopsInTheGuest() throws Exception {
        try (Guest guest = GuestContract.guest("1h");
                TestDaemon daemon = daemon(guest, "");
                EventReader events = daemon.stream("POST", "/agents/a/stream", MESSAGE)) {
            String id = events.next().id();
            String turn = id.substring(0, id.lastIndexOf(':'));

            assertThat(daemon.send("DELETE", "/api/v1/turns/" + turn, "").statusCode())
                    .isEqualTo(204);

            Event end = events.rest().getLast();
            assertThat(end.type()).isEqualTo("error");
            assertThat(end.data()).contains("\"code\":\"cancelled\"");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    /**
     * A daemon that knows {@code guest} as {@code a}; each of {@code more} has a comma behind it.
     */
    default TestDaemon daemon(Guest guest, String more) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{%s\"agents\": [{\"id\": \"a\", \"address\": \"%s\", \"config\": {}}]}"
                                .formatted(more, road(guest.address())));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    /** A guest that echoes, with {@code echoDelay} between two words. */
    static Guest guest(String echoDelay) throws Exception {
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", "drain": "0s", "echo_delay": "%s"}
                """
                        .formatted(echoDelay);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }
}
