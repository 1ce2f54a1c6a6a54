package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wanted of an agent: {@code /agents/{id}/config}, and {@code /agents/{id}/context}. */
class ConfigTest {
    private static final String PATH = "/api/v1/agents/a/config";
    private static final String CONFIG =
            "{\"config\":{\"model\":\"m1\"},\"tool_allowlist\":[\"ls\"]}";
    private static final String OTHER = "{\"config\":{\"model\":\"m2\"},\"tool_allowlist\":null}";

    @TempDir Path directory;

    @Test
    void isAppliedAtOnceWhereTheAgentIsThere() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            HttpResponse<String> put = daemon.put(PATH, CONFIG);

            assertThat(put.statusCode()).isEqualTo(200);
            assertThat(put.body())
                    .isEqualTo(
                            "{\"status\":\"applied\",\"desired_revision\":1,\"applied_revision\":1}");
            assertThat(daemon.get(PATH).body()).isEqualTo(put.body());
            assertThat(daemon.put(PATH, OTHER).body()).contains("\"applied_revision\":2");
            assertThat(guest.seen("config_update")).containsExactly(CONFIG, OTHER);
            assertThat(daemon.get("/api/v1/agents/a").body()).contains("\"state\":\"ready\"");
        }
    }

    @Test
    void showsWhatIsDesiredAndWhatTheAgentHas() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.get(PATH + "?contents=1").body())
                    .endsWith("\"desired\":null,\"applied\":null}");
            daemon.put(PATH, CONFIG);
            guest.down();
            daemon.awaitState("a", "unreachable");
            daemon.put(PATH, OTHER);

            assertThat(daemon.get(PATH + "?contents=1").body())
                    .endsWith("\"desired\":%s,\"applied\":%s}".formatted(OTHER, CONFIG));
            assertThat(daemon.get(PATH).body()).doesNotContain("model");
        }
    }

    @Test
    void waitsForAnAgentThatIsAwayAndIsThereBeforeItCountsAsReady() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.down();
            daemon.awaitState("a", "unreachable");

            HttpResponse<String> put = daemon.put(PATH, CONFIG);

            assertThat(put.statusCode()).isEqualTo(202);
            assertThat(put.body()).contains("\"status\":\"pending\"", "\"desired_revision\":1");
            assertThat(daemon.get(PATH).body()).contains("\"applied_revision\":0");

            guest.on("config_update", ScriptedGuest.SILENCE);
            guest.up();
            daemon.awaitState("a", "connecting");
            HttpResponse<String> early = daemon.post("/agents/a/message", MESSAGE);
            assertThat(early.statusCode()).isEqualTo(503);
            assertThat(early.headers().firstValue("retry-after")).isPresent();
            assertThat(early.body()).contains("has not taken its configuration yet");

            guest.on("config_update", ScriptedGuest.ACKNOWLEDGE);
            for (var link : guest.links()) {
                link.reset();
            }
            daemon.awaitState("a", "ready");
            assertThat(daemon.get(PATH).body()).contains("\"applied_revision\":1");
        }
    }

    /** The guest may have been restarted, and know nothing of the tools that it must not use. */
    @Test
    void isBroughtAgainAfterEachLossAndNothingReachesTheAgentBefore() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.put(PATH, CONFIG).statusCode()).isEqualTo(200);
            guest.down();
            daemon.awaitState("a", "unreachable");
            assertThat(daemon.post("/agents/a/message", MESSAGE).statusCode()).isEqualTo(502);

            guest.on("config_update", request -> {});
            guest.up();
            daemon.awaitState("a", "connecting");

            assertThat(daemon.post("/agents/a/message", MESSAGE).statusCode()).isEqualTo(503);
            assertThat(guest.seen("message")).isEmpty();
            Eventually.await(
                    () -> assertThat(guest.seen("config_update")).containsExactly(CONFIG, CONFIG));
        }
    }

    @Test
    void whatTheAgentRefusesIsNotWantedAnyLonger() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.put(PATH, CONFIG).statusCode()).isEqualTo(200);
            guest.on("config_update", ConfigTest::refuseOther);

            HttpResponse<String> put = daemon.put(PATH, OTHER);

            assertThat(put.statusCode()).isEqualTo(422);
            assertThat(put.body()).contains("invalid_payload", "no such model");
            assertThat(daemon.get(PATH).body())
                    .contains("\"desired_revision\":1,\"applied_revision\":1");
            daemon.awaitState("a", "ready");
        }
    }

    /** Each would else be put back as what was wanted before the other. */
    @Test
    void ofTwoAtOnceThatTheAgentRefusesNeitherIsWantedAnyLonger() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.hold("config_update");
            CompletableFuture<HttpResponse<String>> first = daemon.begin("PUT", PATH, CONFIG);
            Request one = guest.take();
            CompletableFuture<HttpResponse<String>> second = daemon.begin("PUT", PATH, OTHER);
            daemon.awaitAgent("a", "\"desired_revision\":2");
            one.error("invalid_payload", "no");
            guest.take().error("invalid_payload", "no");

            assertThat(first.get().statusCode()).isEqualTo(422);
            assertThat(second.get().statusCode()).isEqualTo(422);
            daemon.awaitAgent("a", "\"desired_revision\":0");
            daemon.awaitState("a", "ready");
        }
    }

    @Test
    void oneThatIsNotAcknowledgedTimesOutAndIsBroughtAgain() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(
                                "\"timeouts\": {\"config\": \"100ms\"},"
                                        + "\"home\": {\"heartbeat_interval\": \"50ms\"},",
                                guest)) {
            guest.on("config_update", ScriptedGuest.SILENCE);

            assertThat(daemon.put(PATH, CONFIG).statusCode()).isEqualTo(504);

            guest.on("config_update", ScriptedGuest.ACKNOWLEDGE);
            daemon.awaitState("a", "ready");
            assertThat(daemon.get(PATH).body()).contains("\"applied_revision\":1");
        }
    }

    @Test
    void aLinkLostMeanwhileLeavesItPending() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.hold("config_update");
            CompletableFuture<HttpResponse<String>> put = daemon.begin("PUT", PATH, CONFIG);
            guest.take();
            guest.down();

            assertThat(put.get().statusCode()).isEqualTo(202);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zz | {}                                        | 404 | no agent",
                "a  | {'config':{}}                             | 400 | both",
                "a  | {'tool_allowlist':null}                   | 400 | both",
                "a  | {'config':5,'tool_allowlist':[]}          | 400 | must be a JSON object",
                "a  | {'config':{},'tool_allowlist':'ls'}       | 400 | must be a list of names",
                "a  | {'config':{},'tool_allowlist':['ls',1]}   | 400 | must be a list of names",
                "a  | {'config':{},'tool_allowlist':[],'tools':1} | 400 | 'tools' must be a JSON object",
                "a  | {'config':{},'tool_allowlist':[],'tools':{'policy':{'rule':1}}} | 400 | tools.policy:1:2: unknown key 'rule'",
                "a  | {'config':{},'tool_allowlist':[],'tools':{'policy':{'rules':[{'decision':'allow','command':['git'],'match':['ls']}]}}} | 400 | which the rule does not match",
                "a  | {'config':{},'tool_allowlist':[['ls']]}   | 400 | must be a list of names",
                "a  | nonsense                                  | 400 | not one JSON object",
            },
            quoteCharacter = '`')
    void whatNoAgentCouldTakeIsRefused(String agent, String body, int status, String sentence)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            HttpResponse<String> put =
                    daemon.put("/api/v1/agents/" + agent + "/config", body.replace('\'', '"'));

            assertThat(put.statusCode()).isEqualTo(status);
            assertThat(put.body()).contains(sentence);
            assertThat(guest.seen("config_update")).isEmpty();
        }
    }

    @Test
    void isKeptOverARestartByTheOwnerAlone() throws Exception {
        Path state = directory.resolve("state");
        String more = "\"state_dir\": \"" + state + "\",";
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            try (TestDaemon daemon = TestDaemon.with(more, guest)) {
                assertThat(daemon.put(PATH, CONFIG).statusCode()).isEqualTo(200);
                assertThat(daemon.put(PATH, OTHER).statusCode()).isEqualTo(200);
            }
            List<String> before = guest.seen("config_update");

            try (TestDaemon daemon = TestDaemon.with(more, guest)) {
                assertThat(daemon.get(PATH).body())
                        .contains("\"desired_revision\":2,\"applied_revision\":2");
            }

            assertThat(before).containsExactly(CONFIG, OTHER);
            assertThat(guest.seen("config_update")).containsExactly(CONFIG, OTHER, OTHER);
        }
        try (Stream<Path> files = Files.walk(state).filter(Files::isRegularFile)) {
            assertThat(files.map(ConfigTest::rights)).containsOnly("rw-------");
        }
    }

    @Test
    void thatOfTheFileIsBroughtBeforeTheAgentIsReadyAndThatOfAClientCountsMore() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                """
                                {"agents": [{"id": "a", "address": "%s", "config": {"x": [1, ], /* one */ },
                                  "tool_allowlist": ["ls", "cat *"]}]}
                                """
                                        .formatted(guest.address()))) {
            daemon.awaitState("a", "ready");
            assertThat(guest.seen("config_update"))
                    .containsExactly(
                            "{\"config\":{\"x\": [1]},\"tool_allowlist\":[\"ls\",\"cat *\"]}");

            assertThat(daemon.put(PATH, OTHER).statusCode()).isEqualTo(200);
            daemon.daemon().reload();
            assertThat(daemon.get(PATH).body()).contains("\"desired_revision\":2");
            assertThat(guest.seen("config_update").getLast()).isEqualTo(OTHER);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/agents/a/context", "/agents/a/context"})
    void aContextIsAppliedOnceItIsAcknowledged(String path) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            HttpResponse<String> answer = daemon.post(path, "{\"context\": \"know this\"}");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"status\":\"applied\"}");
            assertThat(guest.seen("context_update"))
                    .containsExactly("{\"context\": \"know this\"}");
        }
    }

    @Test
    void aContextThatIsNotAcknowledgedTimesOut() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"timeouts\": {\"config\": \"100ms\"},", guest)) {
            guest.on("context_update", ScriptedGuest.SILENCE);
            assertThat(daemon.post("/agents/a/context", "{\"context\":1}").statusCode())
                    .isEqualTo(504);
            guest.on(
                    "context_update",
                    request -> request.reply("config_ack", "{\"applied\":false}"));
            assertThat(daemon.post("/agents/a/context", "{\"context\":1}").statusCode())
                    .isEqualTo(502);
            assertThat(daemon.post("/agents/a/context", "nonsense").statusCode()).isEqualTo(400);
            assertThat(daemon.post("/agents/zz/context", "{}").statusCode()).isEqualTo(404);
        }
    }

    private static void refuseOther(Request request) throws IOException {
        if (request.payload().equals(OTHER)) {
            request.error("invalid_payload", "no such model");
        } else {
            ScriptedGuest.ACKNOWLEDGE.play(request);
        }
    }

    private static String rights(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
