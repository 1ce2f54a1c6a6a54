package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.io.LogStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What operations there are, and what is remembered of their runs. */
class RunTest {
    private static final String AGENT = "/api/v1/agents/new";
    private static final String RUNS = "/api/v1/operations/runs";

    @Test
    void anAnswerToAChangeNamesItsRunWhichTellsHowItWent() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> added = daemon.put(AGENT, "{\"address\":\"unix:///nowhere/1\"}");
            String id = added.headers().firstValue("culvert-op").orElseThrow();
            String requestId = added.headers().firstValue("x-request-id").orElseThrow();

            assertThat(daemon.get(RUNS + "/" + id).body())
                    .contains(
                            "\"id\":\"" + id + "\",\"operation\":\"agents.add\"",
                            "\"effect\":\"change\",\"path\":\"" + AGENT + "\"",
                            "\"caller\":\"anybody\"",
                            "\"request_id\":\"" + requestId + "\"",
                            "\"state\":\"done\",\"status\":201",
                            "\"log\":[")
                    .containsPattern("\"bytes_in\":31,\"cpu_microseconds\":[1-9]")
                    .containsPattern("\"bytes_out\":[1-9]");
            assertThat(daemon.metric("culvert_operations_kept")).isOne();
        }
    }

    @Test
    void aRunThatFailedTellsWhatItsCallerWasTold() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            daemon.write("{\"nonsense\": 1}");
            String head = daemon.reload().head();
            String id = head.replaceFirst("(?s).*culvert-op: (\\w+).*", "$1");

            assertThat(daemon.admin("GET", RUNS + "/" + id, "").body())
                    .contains("\"operation\":\"reload\"", "\"state\":\"failed\",\"status\":422")
                    .contains("\"error\":\"The settings are not valid")
                    .containsPattern(
                            "\"caller\":\"[^\"]*uid %s, gid [0-9]+\\)?\",\"caller_kind\":\"unix\""
                                    .formatted(
                                            Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
        }
    }

    @Test
    void aRunHasTheLinesThatWereLoggedForItAndTheyNameIt() throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        LogStream.install(Map.of());
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            daemon.write("{\"nonsense\": 1}");
            String id = daemon.reload().head().replaceFirst("(?s).*culvert-op: (\\w+).*", "$1");

            assertThat(daemon.admin("GET", RUNS + "/" + id, "").body())
                    .containsPattern("\"log\":\\[\"ERROR .*settings were not reloaded");
            assertThat(log.toString(UTF_8))
                    .containsPattern("(?s)ERROR \\S+ - the settings were not reloaded.* op=" + id);
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void runsAreListedTheLatestFirstPageByPage() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            for (int i = 0; i < 3; i++) {
                daemon.put("/api/v1/agents/a" + i, "{\"address\":\"unix:///nowhere/" + i + "\"}");
            }
            String first = daemon.get(RUNS + "?limit=2").body();
            String next = first.replaceFirst("(?s).*\"next\":\"(\\w+)\".*", "$1");

            assertThat(first)
                    .containsSubsequence("/agents/a2", "/agents/a1")
                    .doesNotContain("/agents/a0");
            assertThat(daemon.get(RUNS + "?limit=2&after=" + next).body())
                    .contains("/agents/a0", "\"next\":null");
        }
    }

    @Test
    void messagesAndReadsHaveNoRun() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("message", request -> request.done("ok"));

            assertThat(daemon.post("/api/v1/agents/a/message", MESSAGE).headers().map())
                    .doesNotContainKey("culvert-op");
            assertThat(daemon.get("/api/v1/agents").headers().map())
                    .doesNotContainKey("culvert-op");
            assertThat(daemon.get(RUNS).body()).isEqualTo("{\"runs\":[],\"next\":null}");
        }
    }

    @Test
    void anUnknownRunIs404() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> answer = daemon.get(RUNS + "/nope");

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("operations.keep");
        }
    }

    @Test
    void operationsAreListedWithTheirSchema() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.get("/api/v1/operations").body())
                    .contains(
                            "{\"name\":\"agents.remove\",\"verb\":\"agents remove\",\"summary\":\"Remove"
                                    + " an agent, and forget its configuration\",\"effect\":\"destroy\","
                                    + "\"scope\":\"agents:write\",\"method\":\"DELETE\",\"path\":\"/api/v1/agents/{id}\","
                                    + "\"parameters\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\","
                                    + "\"description\":\"The id of the agent\",\"x-in\":\"path\"}},"
                                    + "\"required\":[\"id\"],\"additionalProperties\":false}}");
        }
    }
}
