package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.BasePeer;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the daemon knows how an agent is. */
class PresenceTest {
    private static final String SHORT =
            "\"home\": {\"heartbeat_interval\": \"100ms\", \"change_interval\": \"0s\"},"
                    + "\"timeouts\": {\"ping\": \"200ms\"},";

    private static final String QUICK_DIAL = "\"link\": {\"dial_timeout\": \"600ms\"},";

    @TempDir Path directory;

    @Test
    void anAgentWithoutHeartbeatsIsReadyOnceItAnsweredAPingAndServesEverything() throws Exception {
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
        try (ScriptedGuest guest = ScriptedGuest.withoutHeartbeats();
                TestDaemon daemon = TestDaemon.with(SHORT + QUICK_DIAL, guest);
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            assertThat(events.next().data()).contains("\"state\":\"ready\"");
            String changes = "culvert_agent_changes_total{state=\"unreachable\"}";
            double before = daemon.metric(changes);
            guest.on("ping", ScriptedGuest.SILENCE); // as a stopped process: links still open
            assertThat(events.next().data())
                    .contains("\"state\":\"unreachable\"", "it sent nothing for 0.3 s");
            int links = guest.links().size();
            Eventually.await(() -> assertThat(guest.links()).hasSizeGreaterThan(links + 5));
            daemon.awaitAgent("a", "did not answer a ping within 0.2 s");
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"unreachable\"");
            HttpResponse<String> answer = daemon.post("/agents/a/message", MESSAGE);
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).contains("nothing was heard on it for 0.6 s");

            guest.on("ping", request -> request.reply("pong", "{}"));

            daemon.awaitState("a", "ready");
            assertThat(events.next().data()).contains("\"state\":\"ready\"");
            daemon.awaitMetric("culvert_agents{state=\"ready\"}", 1);
            daemon.awaitMetric("culvert_agents{state=\"unreachable\"}", 0);
            daemon.awaitMetric(changes, before + 1);
        }
    }

    @Test
    void aPortThatTakesConnectionsAndSaysNothingIsUnreachable() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
                TestDaemon daemon =
                        TestDaemon.start(
                                "{"
                                        + QUICK_DIAL
                                        + "\"timeouts\": {\"ping\": \"50ms\"},"
                                        + agent(silent)
                                        + "}");
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            daemon.awaitState("a", "unreachable");
            daemon.awaitAgent("a", "did not answer a ping within 0.05 s (timeouts.ping)");

            HttpResponse<String> answer = daemon.post("/agents/a/message", MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(502);
            daemon.put("/agents/x", "{\"address\":\"tcp://127.0.0.1:1\"}");
            List<String> states = statesUntil(events, "x");
            assertThat(states).isSubsetOf("connecting", "unreachable").doesNotHaveDuplicates();
        }
    }

    @Test
    void anHttpServerIsUnreachable() throws Exception {
        try (ServerSocket http = new ServerSocket(0, 64, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerAsHttp(http));
            try (TestDaemon daemon = TestDaemon.start("{" + agent(http) + "}");
                    EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
                daemon.awaitState("a", "unreachable");
                daemon.awaitAgent("a", "does a culvert-agent listen there");

                daemon.put("/agents/x", "{\"address\":\"tcp://127.0.0.1:1\"}");
                assertThat(statesUntil(events, "x"))
                        .doesNotContain("ready")
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aGuestThatChangesItsStateAllTheTimeIsToldAtAPaceOfTheDaemons() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"home\": {\"change_interval\": \"1h\"},", guest);
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            assertThat(events.next().type()).isEqualTo("snapshot");

            for (int i = 0; i < 1_000; i++) {
                guest.tellAll("heartbeat", "{\"status\":\"running\",\"uptime_secs\":2}");
                guest.tellAll("heartbeat", "{\"status\":\"draining\",\"uptime_secs\":2}");
            }

            daemon.awaitState("a", "draining");
            daemon.put("/agents/x", "{\"address\":\"tcp://127.0.0.1:1\"}");
            assertThat(statesUntil(events, "x")).isEmpty();
        }
    }

    @Test
    void theLastOfManyStatesIsTold() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"home\": {\"change_interval\": \"200ms\"},", guest);
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            assertThat(events.next().type()).isEqualTo("snapshot");

            for (int i = 0; i < 100; i++) {
                guest.tellAll("heartbeat", "{\"status\":\"running\",\"uptime_secs\":2}");
                guest.tellAll("heartbeat", "{\"status\":\"draining\",\"uptime_secs\":99}");
            }

            EventReader.Event event = events.next();
            while (!event.data().contains("draining\",\"uptime_secs\":99")) {
                event = events.next();
            }
            assertThat(event.data()).contains("\"state\":\"draining\"");
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
    void anAgentThatAnOperatorDrainsGetsNothingNewAndItsTurnsGoOn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest, other)) {
            other.on("message", PresenceTest::greet);
            EventReader turn = daemon.stream();
            ScriptedGuest.Request running = guest.take();
            running.chunk("one");
            assertThat(turn.next().type()).isEqualTo("chunk");

            HttpResponse<String> drained = daemon.post("/api/v1/agents/a/drain", "");
            assertThat(drained.statusCode()).isEqualTo(200);
            assertThat(drained.headers().firstValue("culvert-op")).isPresent();
            assertThat(drained.body())
                    .contains(
                            "\"state\":\"draining\"",
                            "\"drained_since\":",
                            "\"turns_in_flight\":1");
            HttpResponse<String> refused = daemon.post("/api/v1/agents/a/message", MESSAGE);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(refused.body()).contains("An operator drains agent 'a'");
            assertThat(daemon.post("/agents/b/message", MESSAGE).statusCode()).isEqualTo(200);
            assertThat(daemon.get("/api/v1/agents?state=draining").body()).contains("\"id\":\"a\"");
            running.done("");
            assertThat(turn.rest()).last().extracting(EventReader.Event::type).isEqualTo("done");

            HttpResponse<String> ended = daemon.send("DELETE", "/api/v1/agents/a/drain", "");
            assertThat(ended.body())
                    .contains("\"state\":\"ready\"")
                    .doesNotContain("drained_since");
            guest.on("message", PresenceTest::greet);
            assertThat(daemon.post("/api/v1/agents/a/message", MESSAGE).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aDrainOutlivesALostLinkAndAReload() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.on(directory.resolve("a"));
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.post("/api/v1/agents/a/drain", "").statusCode()).isEqualTo(200);
            guest.down();
            daemon.awaitState("a", "unreachable");
            guest.up();
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            daemon.awaitState("a", "draining");

            assertThat(daemon.post("/api/v1/agents/a/message", MESSAGE).statusCode())
                    .isEqualTo(503);
            assertThat(daemon.post("/api/v1/agents/none/drain", "").statusCode()).isEqualTo(404);
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
            assertThat(daemon.metric("culvert_dial_duration_seconds_count{outcome=\"failed\"}"))
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

    private static String agent(ServerSocket listener) {
        return "\"agents\": [{\"id\": \"a\", \"address\": \"tcp://127.0.0.1:"
                + listener.getLocalPort()
                + "\"}],";
    }

    /** Of agent {@code a}, before the first event about {@code other}. */
    private static List<String> statesUntil(EventReader events, String other) throws Exception {
        List<String> states = new ArrayList<>();
        for (EventReader.Event event = events.next();
                !event.data().contains("\"id\":\"" + other + "\"");
                event = events.next()) {
            if (event.type().equals("agent")) {
                states.add(BasePeer.text(event.data(), "state"));
            }
        }
        return states;
    }

    private static void answerAsHttp(ServerSocket server) {
        try {
            while (true) {
                try (Socket client = server.accept()) {
                    client.getInputStream().readNBytes(4);
                    client.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                }
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    private static void greet(ScriptedGuest.Request request) throws IOException {
        request.chunk("hel");
        request.done("lo");
    }
}
