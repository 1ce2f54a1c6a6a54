package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /agents}, {@code /agents/{id}} and {@code /events}. */
class FleetTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/agents", "/agents"})
    void listsTheFleetByIdFilteredAndPaged(String path) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                """
                                {"agents": [
                                  {"id": "e", "tenant": "t2", "address": "tcp://127.0.0.1:1"},
                                  {"id": "d", "tenant": "t2", "address": "tcp://127.0.0.1:2"},
                                  {"id": "c", "tenant": "t1", "address": "tcp://127.0.0.1:3"},
                                  {"id": "b", "tenant": "t1", "address": "tcp://127.0.0.1:4"},
                                  {"id": "a", "address": "%s"},
                                ]}
                                """
                                        .formatted(guest.address()))) {
            daemon.awaitState("a", "ready");
            daemon.awaitState("e", "unreachable");
            daemon.awaitState("d", "unreachable");

            assertThat(ids(daemon.get(path))).isEqualTo("a b c d e next null");
            assertThat(ids(daemon.get(path + "?limit=2"))).isEqualTo("a b next b");
            assertThat(ids(daemon.get(path + "?limit=2&after=b"))).isEqualTo("c d next d");
            assertThat(ids(daemon.get(path + "?limit=2&after=d"))).isEqualTo("e next null");
            assertThat(ids(daemon.get(path + "?tenant=t2"))).isEqualTo("d e next null");
            assertThat(ids(daemon.get(path + "?state=ready"))).isEqualTo("a next null");
            assertThat(ids(daemon.get(path + "?state=unreachable&tenant=t2&limit=1")))
                    .isEqualTo("d next d");
            assertThat(ids(daemon.get(path + "?tenant=nobody"))).isEqualTo("next null");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/agents?state=happy, 'state'",
        "/agents?limit=0, 'limit'",
        "/agents?limit=1001, 'limit'",
        "/agents?limit=-1, 'limit'",
        "/agents?limit=x, 'limit'"
    })
    void aFilterThatIsNoneIsRefused(String path, String parameter) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> answer = daemon.get(path);

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("query parameter", parameter, "it takes");
        }
    }

    @Test
    void showsAllThatIsKnownOfAnAgent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.awaitAgent("a", "last_heard");
            guest.on("message", request -> request.done(""));
            daemon.post("/agents/a/message", MESSAGE);

            String shown = daemon.get("/api/v1/agents/a").body();

            assertThat(shown)
                    .contains(
                            "\"id\":\"a\"",
                            "\"tenant\":\"default\"",
                            "\"address\":\"" + guest.address() + "\"",
                            "\"state\":\"ready\"",
                            "\"since\":\"20",
                            "\"links_open\":2",
                            "\"turns_in_flight\":0",
                            "\"status\":\"ready\",\"uptime_secs\":1,\"protocol\":\"1.1\"",
                            "\"features\":[\"cancel\"],\"instance\":\"i1\"",
                            "\"agent_version\":\"9.9\"");
            assertThat(daemon.get("/agents/a").body()).contains("\"id\":\"a\"");
            assertThat(daemon.get("/agents/zz").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void agentsComeChangeAndGoWhileTheDaemonRuns() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start("{}")) {
            guest.on("message", request -> request.done("of the first"));
            other.on("message", request -> request.done("of the other"));
            HttpResponse<String> added =
                    daemon.put("/api/v1/agents/x", "{\"address\":\"" + guest.address() + "\"}");
            assertThat(added.statusCode()).isEqualTo(201);
            assertThat(added.body()).contains("\"id\":\"x\"");
            daemon.awaitState("x", "ready");
            assertThat(daemon.post("/agents/x/message", MESSAGE).body()).contains("the first");
            assertThat(
                            daemon.put(
                                            "/api/v1/agents/x/config",
                                            "{\"config\":{},\"tool_allowlist\":[]}")
                                    .statusCode())
                    .isEqualTo(200);

            HttpResponse<String> moved =
                    daemon.put(
                            "/agents/x",
                            "{\"tenant\":\"t\",\"address\":\"" + other.address() + "\"}");

            assertThat(moved.statusCode()).isEqualTo(200);
            assertThat(moved.body()).contains("\"tenant\":\"t\"", "\"desired_revision\":1");
            daemon.awaitState("x", "ready");
            assertThat(other.seen("config_update")).hasSize(1);
            assertThat(daemon.post("/agents/x/message", MESSAGE).body()).contains("the other");
            HttpResponse<String> deleted = daemon.send("DELETE", "/api/v1/agents/x", "");
            assertThat(deleted.statusCode()).isEqualTo(204);
            assertThat(daemon.get("/agents/x").statusCode()).isEqualTo(404);
            assertThat(daemon.send("DELETE", "/api/v1/agents/x", "").statusCode()).isEqualTo(404);
            daemon.awaitMetric("culvert_links{state=\"open\",transport=\"tcp\"}", 0);
        }
    }

    @Test
    void removingAnAgentFailsWhoWaitsForALinkToIt() throws Exception {
        try (SilentListener silent = new SilentListener();
                TestDaemon daemon = TestDaemon.start("{" + silent.asAgent() + "}")) {
            var answer = daemon.begin("POST", "/agents/a/message", MESSAGE);
            daemon.awaitMetric("culvert_pool_waiting", 1);

            daemon.send("DELETE", "/agents/a", "");

            assertThat(answer.get().statusCode()).isEqualTo(502);
            assertThat(answer.get().body()).contains("the agent was removed");
        }
    }

    @Test
    void removingAnAgentEndsItsStreamsAndForgetsWhatWasWantedOfIt() throws Exception {
        String more = "\"state_dir\": \"" + directory + "\",";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(more, guest);
                EventReader events = daemon.stream()) {
            daemon.put("/api/v1/agents/a/config", "{\"config\":{},\"tool_allowlist\":[]}");
            guest.take().chunk("half");
            assertThat(events.next().type()).isEqualTo("chunk");

            daemon.send("DELETE", "/api/v1/agents/a", "");

            assertThat(events.rest()).extracting(Event::type).containsExactly("error");
            daemon.put("/agents/a", "{\"address\":\"" + guest.address() + "\"}");
            assertThat(daemon.get("/api/v1/agents/a/config").body())
                    .contains("\"desired_revision\":0");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "x    | {'address':'tcp://127.0.0.1:1','adress':1} | 400 | adress",
                "x    | {'address':'nowhere'}                      | 400 | address",
                "x    | {}                                         | 400 | neither cid nor address"
                        + " is set",
                "x    | {'id':'y','address':'tcp://127.0.0.1:1'}   | 400 | id",
                "x    | nonsense                                   | 400 | not one JSON object",
                "a%20 | {'address':'tcp://127.0.0.1:1'}            | 400 | id is",
                "x    | {'address':'GUEST'}                        | 409 | agent 'a' has it",
            })
    void whatIsNoAgentIsRefused(String id, String body, int status, String sentence)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            String json = body.replace('\'', '"').replace("GUEST", guest.address().toString());

            HttpResponse<String> answer = daemon.put("/api/v1/agents/" + id, json);

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).contains(sentence);
            assertThat(ids(daemon.get("/agents"))).isEqualTo("a next null");
        }
    }

    @Test
    void theFleetHasAMostOfAgents() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with("\"fleet\": {\"max_agents\": 2},", guest)) {
            String body = "{\"address\":\"tcp://127.0.0.1:%d\"}";
            assertThat(daemon.put("/agents/b", body.formatted(1)).statusCode()).isEqualTo(201);

            HttpResponse<String> third = daemon.put("/agents/c", body.formatted(2));

            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.body()).contains("3 agents", "the limit is 2 (fleet.max_agents)");
            assertThat(daemon.put("/agents/b", body.formatted(3)).statusCode()).isEqualTo(200);
            daemon.write(
                    ("{\"fleet\": {\"max_agents\": 2}, \"agents\": ["
                                    + "{\"id\": \"d\", \"address\": \"tcp://127.0.0.1:4\"},"
                                    + "{\"id\": \"a\", \"address\": \"%s\"}]}")
                            .formatted(guest.address()));
            TestDaemon.AdminAnswer reload = daemon.reload();
            assertThat(reload.statusCode()).isEqualTo(422);
            assertThat(reload.body()).contains("fleet.max_agents");
            assertThat(daemon.metric("culvert_agents_max")).isEqualTo(2);
            assertThat(daemon.send("DELETE", "/agents/b", "").statusCode()).isEqualTo(204);
            assertThat(daemon.put("/agents/c", body.formatted(2)).statusCode()).isEqualTo(201);
        }
    }

    @Test
    void configurationsHaveAMostOfBytesEachAndTogether() throws Exception {
        String limits = "\"fleet\": {\"max_config_bytes\": 100, \"max_total_config_bytes\": 250},";
        String config = "{\"config\":{\"k\":\"%s\"},\"tool_allowlist\":[]}";
        String agent = "{\"address\":\"tcp://127.0.0.1:%d\",\"config\":{\"k\":\"%s\"}}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(limits, guest)) {
            String path = "/api/v1/agents/a/config";
            HttpResponse<String> large = daemon.put(path, config.formatted("x".repeat(100)));
            assertThat(large.statusCode()).isEqualTo(413);
            assertThat(large.body())
                    .contains("the limit for one agent is 100", "fleet.max_config_bytes");
            assertThat(daemon.put("/agents/b", agent.formatted(1, "x".repeat(100))).statusCode())
                    .isEqualTo(413);

            String most = config.formatted("x".repeat(60));
            assertThat(daemon.put(path, most).statusCode()).isEqualTo(200);
            assertThat(daemon.put("/agents/b", agent.formatted(1, "y".repeat(60))).statusCode())
                    .isEqualTo(201);
            assertThat(daemon.metric("culvert_config_bytes"))
                    .isEqualTo(2 * most.length() + 1); // that of b is written with a blank
            HttpResponse<String> together =
                    daemon.put("/agents/c", agent.formatted(2, "z".repeat(60)));

            assertThat(together.statusCode()).isEqualTo(503);
            assertThat(together.headers().firstValue("retry-after")).isPresent();
            assertThat(together.body())
                    .contains("the limit is 250", "fleet.max_total_config_bytes");
            assertThat(daemon.get("/agents/c").statusCode()).isEqualTo(404);
            daemon.send("DELETE", "/agents/b", "");
            assertThat(daemon.put("/agents/c", agent.formatted(2, "z".repeat(60))).statusCode())
                    .isEqualTo(201);
            assertThat(daemon.metric("culvert_config_bytes_max")).isEqualTo(250);
        }
    }

    @Test
    void eventsBeginWithAllAgentsAndGoOnWithWhatBecomesOfThem() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            Event first = events.next();
            assertThat(first.type()).isEqualTo("snapshot");
            assertThat(first.data())
                    .startsWith("{\"agents\":[{\"id\":\"a\"")
                    .contains("\"state\":\"ready\"");

            guest.down();
            awaitEvent(events, "agent", "\"state\":\"unreachable\"");
            guest.up();
            awaitEvent(events, "agent", "\"state\":\"ready\"");
            daemon.put("/agents/x", "{\"address\":\"tcp://127.0.0.1:1\"}");
            awaitEvent(events, "agent", "\"id\":\"x\"");
            daemon.put("/agents/x", "{\"tenant\":\"other\",\"address\":\"tcp://127.0.0.1:1\"}");
            awaitEvent(events, "agent", "\"tenant\":\"other\"");
            daemon.send("DELETE", "/agents/x", "");
            awaitEvent(events, "removed", "{\"id\":\"x\"}");
        }
    }

    @Test
    void whatAnAgentSaysOfItselfNeedNotBeUnicode() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            assertThat(events.next()).isNotNull();

            guest.tellAll("heartbeat", "{\"status\":\"half \\ud800\",\"uptime_secs\":1e99}");

            daemon.awaitAgent("a", "\"status\":\"half ");
            daemon.put("/api/v1/agents/a/config", "{\"config\":{},\"tool_allowlist\":[]}");
            awaitEvent(events, "agent", "\"status\":\"half ");
        }
    }

    @Test
    void aPingTellsWhatAProbedAgentSaysOfItselfAndItsRuntime() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("probe");
                TestDaemon daemon = TestDaemon.with("\"timeouts\": {\"ping\": \"2s\"},", guest)) {
            daemon.awaitState("a", "ready");
            assertThat(guest.seen("ping")).noneMatch(ping -> ping.contains("probe"));
            guest.on(
                    "ping",
                    request ->
                            request.reply(
                                    "pong",
                                    "{\"guest_us\":31,\"runtime_us\":1840,\"runtime_status\":200}"));
            String path = "/api/v1/agents/a/ping";
            assertThat(daemon.post(path, "").body())
                    .matches(
                            "\\{\"round_trip_us\":[0-9]+,\"dial_us\":[0-9]+,\"guest_us\":31,"
                                    + "\"runtime_us\":1840,\"runtime_status\":200}");
            assertThat(guest.seen("ping").getLast())
                    .isEqualTo("{\"probe\":true,\"within_ms\":1000}");
            guest.on(
                    "ping",
                    request ->
                            request.reply(
                                    "pong",
                                    "{\"guest_us\":\"x\",\"runtime_us\":-1,\"runtime_error\":\"gone\\u001b[31m\"}"));
            assertThat(daemon.post(path, "").body())
                    .matches(
                            "\\{\"round_trip_us\":[0-9]+,\"dial_us\":[0-9]+,"
                                    + "\"runtime_error\":\"gone[^\\u001b]*\"}");
            assertThat(daemon.get("/api/v1/agents/a").body()).contains("\"features\":[\"probe\"]");
        }
    }

    @Test
    void aPingTellsTheRoundTrip() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"timeouts\": {\"ping\": \"100ms\"},", guest)) {
            String path = "/api/v1/agents/a/ping";
            assertThat(daemon.post(path, "").body())
                    .matches("\\{\"round_trip_us\":[0-9]+,\"dial_us\":[0-9]+}");
            guest.on("ping", ScriptedGuest.SILENCE);
            assertThat(daemon.post(path, "").statusCode()).isEqualTo(504);
            assertThat(daemon.post("/api/v1/agents/zz/ping", "").statusCode()).isEqualTo(404);
            HttpResponse<String> get = daemon.get(path);
            assertThat(get.statusCode()).isEqualTo(405);
            assertThat(get.headers().firstValue("allow")).hasValue("POST, OPTIONS");
            Eventually.await(() -> assertThat(guest.seen("ping")).hasSizeGreaterThan(1));
        }
    }

    private static void awaitEvent(EventReader events, String type, String data) throws Exception {
        Event event = events.next();
        while (!event.type().equals(type) || !event.data().contains(data)) {
            event = events.next();
        }
    }

    /** The ids and the next page of a list. */
    private static String ids(HttpResponse<String> list) {
        assertThat(list.statusCode()).isEqualTo(200);
        Matcher id = Pattern.compile("\\{\"id\":\"([^\"]*)").matcher(list.body());
        StringBuilder ids = new StringBuilder();
        while (id.find()) {
            ids.append(id.group(1)).append(' ');
        }
        String next = list.body().replaceAll(".*\"next\":\"?([a-z]+)\"?}", "$1");
        return ids + "next " + next;
    }
}
