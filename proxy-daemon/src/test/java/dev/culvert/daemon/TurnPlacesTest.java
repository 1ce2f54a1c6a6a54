package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void aTurnWhoseIdCanBeNoneIsGone() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            for (String id : new String[] {"x%20y", "%C3%A9", "%7F", "a.x%20y"}) {
                for (String accept : new String[] {"*/*", "text/event-stream"}) {
                    HttpResponse<String> answer =
                            daemon.send(
                                    "GET", "/api/v1/turns/" + id + "/stream", "", "accept", accept);
                    assertThat(answer.statusCode()).as(id).isIn(400, 410);
                }
                assertThat(daemon.send("DELETE", "/api/v1/turns/" + id, "").statusCode())
                        .as(id)
                        .isIn(400, 410);
            }
        }
    }
}
