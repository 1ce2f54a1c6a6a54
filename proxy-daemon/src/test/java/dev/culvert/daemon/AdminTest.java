package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.TestDaemon.AdminAnswer;
import dev.culvert.testing.CapturedLog;
import dev.culvert.testing.Eventually;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators ask, over a socket of their own. */
class AdminTest {
    private static final String SETTINGS = "/api/v1/admin/settings";
    private static final String LEVELS = "/api/v1/admin/log-level";

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1/admin/reload",
        "POST, /api/v1/admin/drain",
        "DELETE, /api/v1/admin/drain",
        "GET, /api/v1/admin/log-level",
        "PUT, /api/v1/admin/log-level",
        "GET, /api/v1/admin/status",
        "GET, /api/v1/admin/settings",
        "GET, /api/v1/admin/dump",
        "GET, /api/v1/admin/fleet",
        "GET, /api/v1/admin/database",
        "POST, /api/v1/admin/database/backups"
    })
    void clientsAreRefusedWhatOnlyOperatorsMayDo(String method, String path) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            var answer = daemon.send(method, path, "");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("\"code\":\"admin_only\"", "admin.listen");
            assertThat(daemon.get("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theOldPlaceOfReloadNamesTheNewOne() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            daemon.write("{\"nonsense\": 1}");

            var answer = daemon.post("/admin/reload", "");

            assertThat(answer.statusCode()).isEqualTo(410);
            assertThat(answer.body()).contains("POST /api/v1/admin/reload", "admin.listen");
            assertThat(daemon.admin("POST", "/admin/reload", "").statusCode()).isEqualTo(410);
            assertThat(daemon.metric("culvert_config_reload_success")).isOne();
        }
    }

    @Test
    void operatorsReachWhatClientsReachToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("message", request -> request.done("ok"));

            assertThat(daemon.admin("GET", "/api/v1/agents/a", "").body()).contains("ready");
            assertThat(daemon.admin("POST", "/api/v1/agents/a/message", MESSAGE).body())
                    .contains("ok");
            assertThat(daemon.admin("GET", "/metrics", "").body())
                    .contains(
                            "culvert_http_request_duration_seconds_count{code=\"200\",method=\"POST\",route=\"/api/v1/agents/{id}/message\"}"
                                    + " 1");
        }
    }

    @Test
    void onlyItsUserMayUseASocketForWhichThereIsNoGroup() throws Exception {
        Path socket = directory.resolve("culvert/admin.sock");
        try (TestDaemon _ = TestDaemon.start(listening(socket))) {
            String allowed = PosixFilePermissions.toString(Files.getPosixFilePermissions(socket));
            Object group = Files.getAttribute(socket, "posix:group");
            assertThat(allowed)
                    .isEqualTo(group.toString().equals("culvert") ? "rw-rw----" : "rw-------");
            assertThat(Files.getPosixFilePermissions(directory.resolve("culvert")))
                    .hasSizeLessThanOrEqualTo(5);
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void aSecondDaemonRunsWithoutTheSocketThatAnotherHas() throws Exception {
        String same = listening(directory.resolve("culvert/admin.sock"));
        try (TestDaemon first = TestDaemon.start(same);
                CapturedLog log = new CapturedLog();
                TestDaemon second = TestDaemon.start(same)) {
            assertThat(first.daemon().adminAddresses()).hasSize(1);
            assertThat(second.daemon().adminAddresses()).isEmpty();
            assertThat(second.get("/livez").statusCode()).isEqualTo(200);
            assertThat(log.text()).contains("there is no admin socket", "set admin.listen");
        }
    }

    @Test
    void aSocketAtAnotherPlaceThatCannotBeUsedEndsTheStart() throws Exception {
        String there = listening(directory.resolve("mine.sock"));
        try (TestDaemon _ = TestDaemon.start(there)) {
            assertThatThrownBy(() -> TestDaemon.start(there)).hasMessageContaining("admin.listen");
        }
        String nowhere = listening(directory.resolve("none/mine.sock"));
        assertThatThrownBy(() -> TestDaemon.start(nowhere)).hasMessageContaining("admin.listen");
    }

    private static String listening(Path socket) {
        return "{\"admin\": {\"listen\": [\"unix://" + socket + "\"]}}";
    }

    @Test
    void clientsWhoTakeEveryConnectionDoNotLockOperatorsOut() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{\"http\": {\"max_connections\": 1}}");
                Socket only = daemon.connect()) {
            only.getOutputStream()
                    .write("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(UTF_8));
            assertThat(only.getInputStream().read()).isEqualTo('H');
            try (Socket another = daemon.connect()) {
                assertThat(new String(another.getInputStream().readNBytes(12), UTF_8))
                        .isEqualTo("HTTP/1.1 503");
            }

            assertThat(daemon.admin("GET", "/api/v1/admin/status", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void drainingRefusesNewWorkUntilItEndsAndTurnsGoOn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();

            AdminAnswer drained = daemon.admin("POST", "/api/v1/admin/drain", "");

            assertThat(drained.body()).isEqualTo("{\"status\":\"draining\",\"turns\":1}");
            assertThat(daemon.get("/readyz").statusCode()).isEqualTo(503);
            var refused = daemon.post("/api/v1/agents/a/message", MESSAGE);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(refused.body()).contains("An operator drains the daemon");
            assertThat(daemon.get("/api/v1/agents/a").statusCode()).isEqualTo(200);
            message.done("to the end");
            assertThat(events.rest()).hasSize(2);

            guest.on("message", request -> request.done("again"));
            assertThat(daemon.admin("DELETE", "/api/v1/admin/drain", "").body())
                    .startsWith("{\"status\":\"ok\"");
            assertThat(daemon.post("/api/v1/agents/a/message", MESSAGE).body()).contains("again");
        }
    }

    @Test
    void showsItselfOnOneScreen() throws Exception {
        String gone = "{\"id\": \"b\", \"address\": \"unix:///nowhere/1\"}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}, %s]}"
                                        .formatted(guest.address(), gone))) {
            daemon.awaitState("a", "ready");
            daemon.awaitState("b", "unreachable");
            daemon.post("/api/v1/agents/b/message", MESSAGE);
            try (EventReader _ = daemon.stream()) {
                String status = daemon.admin("GET", "/api/v1/admin/status", "").body();

                assertThat(status)
                        .contains("\"version\":\"0", "\"status\":\"ok\"", "\"uptime_seconds\":")
                        .contains(
                                "{\"address\":\"tcp://127.0.0.1:"
                                        + daemon.port()
                                        + "\",\"for\":\"clients\"}")
                        .contains("\"for\":\"operators\"}")
                        .contains(
                                "\"agents\":{\"connecting\":0,\"ready\":1,\"unreachable\":1,\"draining\":0,\"quiesced\":0}")
                        .contains("\"turns\":1", "\"busiest\":[{\"agent\":\"a\",\"turns\":1}]")
                        .contains("\"failures\":[{\"code\":\"unreachable\",\"count\":1}]");
            }
        }
    }

    @Test
    void showsEachSettingAndWhoSetIt() throws Exception {
        try (TestDaemon daemon =
                TestDaemon.start(
                        """
                        {
                          "http": {"max_connections": 77},
                          "agents": [{"id": "a", "address": "unix:///nowhere/1", "config": {"k": "s3cret"}}]
                        }
                        """)) {
            assertThat(daemon.admin("GET", SETTINGS, "").body())
                    .startsWith(
                            "{\"settings\":[{\"key\":\"http.listen\",\"value\":[\"tcp://127.0.0.1:0\"],")
                    .contains(
                            "{\"key\":\"http.max_connections\",\"value\":77,\"from\":\"test:2:12\"}",
                            "{\"key\":\"event_loops\",\"value\":1,\"from\":\"quick:4:3\"}",
                            "{\"key\":\"sse.keepalive\",\"value\":\"15s\",\"from\":null}",
                            "\"key\":\"agents[0].id\",\"value\":\"a\"",
                            "{\"key\":\"agents[0].config\",\"value\":null,\"from\":\"test:3:58\",\"secret\":true}")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void aReloadChangesWhatIsShownAndWhatWaitsForARestartIsNamed() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{\"log_level\": \"warn\"}")) {
            daemon.write("{\"log_level\": \"error\", \"http\": {\"max_connections\": 9}}");
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            String settings = daemon.admin("GET", SETTINGS, "").body();

            assertThat(settings)
                    .contains(
                            "{\"key\":\"http.max_connections\",\"value\":9,\"from\":\"test:1:33\"}",
                            "{\"key\":\"log_level\",\"value\":\"warn\",\"from\":\"test:1:2\","
                                    + "\"after_restart\":{\"value\":\"error\",\"from\":\"test:1:2\"}}");
            daemon.write("{\"log_level\": 7}");
            assertThat(daemon.reload().statusCode()).isEqualTo(422);
            assertThat(daemon.admin("GET", SETTINGS, "").body()).isEqualTo(settings);
        }
    }

    @Test
    void aDumpShowsWhatEveryLoopDoes() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.admin("GET", "/api/v1/admin/dump", "").body())
                    .contains("\"loops\":[{\"thread\":\"culvertd-", "\"name\":\"culvertd-");
            daemon.awaitAdmin("/api/v1/admin/dump", "epollWait("); // it may have just woken up
        }
    }

    @Test
    void theLevelOfAnAreaChangesForAWhile() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                CapturedLog log = new CapturedLog()) {
            AdminAnswer set =
                    daemon.admin(
                            "PUT",
                            LEVELS,
                            "{\"area\":\"accesslog\",\"level\":\"debug\",\"for\":\"200ms\"}");
            daemon.get("/nowhere");

            assertThat(set.body()).contains("\"changed\":{\"accesslog\":\"debug\"}", "\"netty\"");
            Eventually.await(() -> assertThat(log.text()).contains("DEBUG AccessLog - state="));
            daemon.awaitAdmin(LEVELS, "\"changed\":{}");
            int before = log.lines().size();
            daemon.get("/nowhere");
            assertThat(log.lines()).hasSize(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"level\":1}",
                "{\"level\":\"loud\"}",
                "{\"level\":\"debug\",\"area\":\"htpt\"}",
                "{\"level\":\"debug\",\"for\":\"0s\"}",
                "{\"level\":\"debug\",\"for\":\"25h\"}",
                "{\"level\":\"debug\",\"for\":\"soon\"}",
                "{\"level\":\"debug\",\"fro\":\"10m\"}",
                "{\"level\":{\"level\":\"debug\"}}",
                "[]"
            })
    void aLevelThatThereIsNotChangesNothing(String body) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.admin("PUT", LEVELS, body).statusCode()).isEqualTo(400);
            assertThat(daemon.admin("GET", LEVELS, "").body()).contains("\"changed\":{}");
        }
    }

    @Test
    void noBodyBreaksTheLevels() throws Exception {
        Random random = new Random(14);
        String right = "{\"area\":\"http\",\"level\":\"debug\",\"for\":\"10m\"}";
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            for (int i = 0; i < 200; i++) {
                StringBuilder body = new StringBuilder(right);
                int at = random.nextInt(body.length());
                body.setCharAt(at, (char) (' ' + random.nextInt(95)));

                assertThat(daemon.admin("PUT", LEVELS, body.toString()).statusCode())
                        .as(body.toString())
                        .isIn(200, 400);
            }
            daemon.admin("PUT", LEVELS, "{\"level\":\"warn\"}");
        }
    }
}
