package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the daemon knows how an agent is. */
class PresenceTest {
    private static final String SHORT = "\"home\": {\"heartbeat_interval\": \"30ms\"},";

    @TempDir Path directory;

    @Test
    void anAgentWithoutHeartbeatsIsReadyOnceALinkIsOpenAndServesEverything() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.withoutHeartbeats();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("message", PresenceTest::greet);

            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"ready\"");
            assertThat(daemon.post("/agents/a/message", MESSAGE).body())
                    .isEqualTo("{\"content\":\"hello\"}");
            assertThat(daemon.stream().rest()).hasSize(3);
            assertThat(daemon.post("/agents/a/context", "{\"context\":1}").statusCode())
                    .isEqualTo(200);
            assertThat(
                            daemon.put(
                                            "/api/v1/agents/a/config",
                                            "{\"config\":{},\"tool_allowlist\":[]}")
                                    .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void anAgentWithoutHeartbeatsIsHeardByPings() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.withoutHeartbeats();
                TestDaemon daemon = TestDaemon.with(SHORT, guest)) {
            daemon.awaitAgent("a", "last_heard");

            assertThat(guest.seen("ping")).isNotEmpty();
            assertThat(guest.links()).hasSize(1);
        }
    }

    @Test
    void anAgentThatFallsSilentIsUnreachableUntilItIsHeardAgain() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(SHORT, guest)) {
            guest.on("ping", ScriptedGuest.SILENCE);
            daemon.awaitAgent("a", "nothing was heard of it for 3 times");
            guest.down();
            daemon.awaitState("a", "unreachable");
            HttpResponse<String> answer = daemon.post("/agents/a/message", MESSAGE);
            assertThat(answer.statusCode()).isEqualTo(502);

            guest.on("ping", request -> request.reply("pong", "{}"));
            guest.up();

            daemon.awaitState("a", "ready");
            assertThat(daemon.metric("culvert_agents{state=\"ready\"}")).isOne();
            assertThat(daemon.metric("culvert_agents{state=\"unreachable\"}")).isZero();
        }
    }

    @Test
    void anAgentThatDrainsGetsNothingNewEvenIfItTakesAConfiguration() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.tellAll("heartbeat", "{\"status\":\"draining\",\"uptime_secs\":2}");
            daemon.awaitState("a", "draining");

            HttpResponse<String> answer = daemon.post("/agents/a/message", MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(
                            daemon.put(
                                            "/api/v1/agents/a/config",
                                            "{\"config\":{},\"tool_allowlist\":[]}")
                                    .statusCode())
                    .isEqualTo(200);
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"draining\"");
            guest.tellAll("heartbeat", "{\"status\":\"running\",\"uptime_secs\":3}");
            daemon.awaitState("a", "ready");
        }
    }

    @Test
    void requestsToAnAgentThatIsAwayDoNotHurryItsReconnection() throws Exception {
        ScriptedGuest gone = ScriptedGuest.start();
        gone.close();
        String slow =
                "\"home\": {\"backoff_min\": \"1h\", \"backoff_max\": \"1h\"},"
                        + "\"pool\": {\"dial_pause\": \"1h\"},";
        try (TestDaemon daemon = TestDaemon.start("{" + slow + TestDaemon.agents(gone) + "}")) {
            for (int i = 0; i < 20; i++) {
                assertThat(daemon.post("/agents/a/message", MESSAGE).statusCode()).isEqualTo(502);
            }
            // Home: the first dial and the one that comes at once after it; and one of the pool.
            assertThat(daemon.metric("culvert_dials_seconds_count{outcome=\"failed\"}"))
                    .isLessThanOrEqualTo(3);
        }
    }

    @Test
    void oneAgentsLossIsNotTheOthers() throws Exception {
        try (ScriptedGuest first = ScriptedGuest.start();
                ScriptedGuest second = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with("\"event_loops\": 2,", first, second)) {
            second.on("message", PresenceTest::greet);
            first.down();
            daemon.awaitState("a", "unreachable");

            for (int i = 0; i < 10; i++) { // each on a loop of its connection's
                try (RawConnection client = new RawConnection(daemon)) {
                    client.send(
                            "POST /agents/b/message HTTP/1.1\r\nhost: localhost\r\n"
                                    + "content-length: 2\r\n\r\n{}");
                    assertThat(client.answer()).startsWith("HTTP/1.1 200 ").endsWith("hello\"}");
                }
            }
            assertThat(daemon.get("/agents/b").body())
                    .contains("\"state\":\"ready\"", "\"links_open\":3");
        }
    }

    private static void greet(ScriptedGuest.Request request) throws IOException {
        request.chunk("hel");
        request.done("lo");
    }
}
