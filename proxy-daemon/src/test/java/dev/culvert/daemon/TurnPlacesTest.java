package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of turns, and places in them, that can be none. */
@Timeout(60)
class TurnPlacesTest {
    @ParameterizedTest
    @ValueSource(strings = {"x y:1", "x\ty:1", "\u00e9:1", " x:1y", ":1", "x", "a:-1"})
    void aPlaceThatNoEventHasIsABadRequest(String place) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                RawConnection client = new RawConnection(daemon)) {
            for (String path : new String[] {"/api/v1/agents/a/stream", "/api/v1/turns/x/stream"}) {
                client.send(
                        "GET %s HTTP/1.1\r\nhost: localhost\r\nlast-event-id: %s\r\n\r\n"
                                .formatted(path, place));
                assertThat(client.answer())
                        .startsWith("HTTP/1.1 400 ")
                        .contains("last-event-id")
                        .doesNotContain("mistake");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"x%20y, 410", "%C3%A9, 410", "%7F, 400", "a.x%20y, 410"})
    void aTurnWhoseIdCanBeNoneIsGone(String id, int status) throws Exception {
        String turn = "/api/v1/turns/" + id;
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            for (String accept : new String[] {"*/*", "text/event-stream"}) {
                var answer = daemon.send("GET", turn + "/stream", "", "accept", accept);
                assertThat(answer.statusCode()).isEqualTo(status);
            }
            assertThat(daemon.send("DELETE", turn, "").statusCode()).isEqualTo(status);
        }
    }
}
