package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvertd} as a process of its own, which is told what to do by signals. */
@Timeout(60)
class ProcessTest {
    private static final Pattern HELD_BACK = Pattern.compile("failed: (\\d+) more requests");

    @TempDir Path directory;

    @Test
    void reloadsOnSighupAndDrainsOnSigterm() throws Exception {
        Path file = directory.resolve("culvertd.jsonc");
        try (ScriptedGuest guest = ScriptedGuest.start();
                HttpClient client = HttpClient.newHttpClient()) {
            Files.writeString(file, "{}");
            try (DaemonProcess process =
                    DaemonProcess.start(
                            "serve", "--config", file.toString(), "--http", "tcp://127.0.0.1:0")) {
                String address = process.after("listening on ");
                assertThat(address).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*");
                URI daemon = URI.create(address);

                Files.writeString(file, "{" + TestDaemon.agents(guest) + "}");
                process.signal("HUP");
                Eventually.await(
                        () -> assertThat(get(client, daemon, "/agents/a")).contains("\"ready\""));

                Files.writeString(file, "{ nonsense");
                process.signal("HUP");
                Eventually.await(() ->
                        assertThat(get(client, daemon, "/metrics"))
                                .contains("culvert_config_reload_success 0"));
                assertThat(get(client, daemon, "/agents/a")).contains("\"ready\"");

                HttpResponse<InputStream> response =
                        client.send(
                                HttpRequest.newBuilder(daemon.resolve("/agents/a/stream"))
                                        .POST(BodyPublishers.ofString(MESSAGE))
                                        .build(),
                                BodyHandlers.ofInputStream());
                try (EventReader events = new EventReader(response)) {
                    Request message = guest.take();
                    process.signal("TERM");
                    Eventually.await(() ->
                            assertThat(get(client, daemon, "/readyz")).contains("\"draining\""));
                    message.done("to the end");
                    assertThat(events.rest()).hasSize(2);
                }
                assertThat(process.exitCode()).isZero();
            }
        }
    }

    @Test
    void saysWhatItStartsWithThatItDrainsAndWhatItCutAtTheSecondSignal() throws Exception {
        Path log = directory.resolve("log");
        try (ScriptedGuest guest = ScriptedGuest.start();
                HttpClient client = HttpClient.newHttpClient();
                DaemonProcess process =
                        logging(
                                log,
                                "trap '' HUP",
                                Map.of("CULVERT_TIMEOUTS_DRAIN", "1h"),
                                "--agent",
                                "a=" + guest.address())) {
            String address = process.after("listening on ");
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(URI.create(address + "/agents/a/stream"))
                                    .POST(BodyPublishers.ofString(MESSAGE))
                                    .build(),
                            BodyHandlers.ofInputStream());
            guest.take();
            process.signal("TERM");
            Eventually.await(() -> assertThat(read(log)).contains("draining"));
            process.signal("TERM");

            assertThat(process.exitCode()).isZero();
            response.body().close();
            assertThat(
                            read(log)
                                    .lines()
                                    .filter(it ->
                                            !it.contains(" HomeLink ")
                                                    && !it.contains(" AccessLog ")))
                    .allMatch(it ->
                            it.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z .*"))
                    .extracting(it -> it.substring(25))
                    .containsExactly(
                            "INFO Daemon - there is no state_dir: a restart forgets tokens, agents"
                                    + " and configurations of clients, agents that have enrolled, approvals,"
                                    + " responses that clients could ask for again, and turns that"
                                    + " clients could resume",
                            "INFO Main - culvertd 0.1.0 started: no settings file, listening on "
                                    + address
                                    + ", no admin socket, 1 agent, no state_dir",
                            "WARN Main - SIGHUP is ignored, because this process was started that"
                                    + " way (nohup does that): reload with POST /api/v1/admin/reload"
                                    + " (culvert reload)",
                            "INFO Daemon - draining: 1 turn under way, for at most 1h"
                                    + " (timeouts.drain); a second SIGINT or SIGTERM cuts them now",
                            "WARN Daemon - stopped: 1 turn cut before the end");
        }
    }

    @Test
    void givesTheJournalAPriorityAndOneLineForEachEntry() throws Exception {
        Path log = directory.resolve("log");
        try (DaemonProcess process =
                logging(
                        log,
                        "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)",
                        Map.of())) {
            process.after("listening on ");
            process.signal("TERM");
            assertThat(process.exitCode()).isZero();
            assertThat(read(log).lines())
                    .isNotEmpty()
                    .allMatch(it -> it.matches("<6>INFO .*"))
                    .last()
                    .isEqualTo("<6>INFO Daemon - stopped: no turn was cut");
        }
    }

    @Test
    void writesTheAccessLogToTheJournalWhateverTheLevelOfTheLogIs() throws Exception {
        Path log = directory.resolve("log");
        Map<String, String> environment =
                Map.of("CULVERT_ACCESS_LOG_ENABLED", "true", "CULVERT_LOG_LEVEL", "error");
        try (HttpClient client = HttpClient.newHttpClient();
                DaemonProcess process =
                        logging(
                                log,
                                "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)",
                                environment)) {
            URI daemon = URI.create(process.after("listening on "));
            get(client, daemon, "/livez");
            Eventually.await(() ->
                    assertThat(read(log))
                            .contains("<6>INFO AccessLog - state=done method=GET route=/healthz "));
        }
    }

    @Test
    void logsWhatDidNotEndWellAndNoMistakesOfClients() throws Exception {
        Path log = directory.resolve("log");
        try (ScriptedGuest guest = ScriptedGuest.start();
                HttpClient client = HttpClient.newHttpClient();
                DaemonProcess process =
                        logging(log, "true", Map.of(), "--agent", "a=" + guest.address())) {
            URI daemon = URI.create(process.after("listening on "));
            Eventually.await(
                    () -> assertThat(get(client, daemon, "/agents/a")).contains("\"ready\""));
            guest.on(
                    "message",
                    request ->
                            request.reply(
                                    "error",
                                    "{\"code\":\"runtime_error\",\"message\":\"no\\nERROR"
                                            + " x\",\"status\":401}"));
            post(client, daemon, "/agents/a/message", "m-1");
            post(client, daemon, "/agents/a/stream", "s-1");
            guest.on(
                    "message",
                    request ->
                            request.reply(
                                    "tool_blocked",
                                    "{\"tool_name\":\"rm\",\"reason\":\"not listed\"}"));
            post(client, daemon, "/agents/a/message", "b-1");
            guest.on("message", request -> request.error("invalid_payload", "no role"));
            post(client, daemon, "/agents/a/message", "c-1");
            post(client, daemon, "/agents/zz/message", "c-2");
            post(client, daemon, "/nowhere", "c-3");

            Eventually.await(() ->
                    assertThat(read(log).lines().filter(it -> it.contains("AccessLog")))
                            .extracting(it ->
                                    it.substring(25)
                                            .replaceAll("=a\\.[\\w-]{6}…", "=a.XXXXXX…")
                                            .replaceAll("_ms=[\\d.]+", "_ms=9"))
                            .containsExactly(
                                    "WARN AccessLog - state=agent/waiting method=POST"
                                            + " route=/api/v1/agents/{id}/message status=502"
                                            + " request=m-1 agent=a turn=a.XXXXXX… code=runtime_error"
                                            + " runtime_status=401 whole_ms=9 protocol=HTTP/1.1"
                                            + " error=\"The agent answered with an error: no\\\\nERROR"
                                            + " x. Its code is 'runtime_error'.\"",
                                    "WARN AccessLog - state=agent/streaming method=POST"
                                            + " route=/api/v1/agents/{id}/stream status=200 request=s-1"
                                            + " agent=a turn=a.XXXXXX… code=runtime_error"
                                            + " runtime_status=401 whole_ms=9 protocol=HTTP/1.1"
                                            + " error=\"The agent answered with an error: no\\\\nERROR"
                                            + " x. Its code is 'runtime_error'.\"",
                                    "WARN AccessLog - state=agent/waiting method=POST"
                                            + " route=/api/v1/agents/{id}/message status=403"
                                            + " request=b-1 agent=a turn=a.XXXXXX…"
                                            + " code=tool_blocked whole_ms=9 protocol=HTTP/1.1"
                                            + " error=\"The agent's policy ended the turn: the tool"
                                            + " 'rm' is blocked: not listed. Allow the tool in the"
                                            + " agent's configuration or do without.\""));
            assertThat(get(client, daemon, "/metrics"))
                    .contains(
                            "culvert_http_failures_total{error=\"runtime_error\",runtime_status=\"401\"}"
                                    + " 2.0",
                            "culvert_http_failures_total{error=\"invalid_payload\",runtime_status=\"none\"}"
                                    + " 1.0");
        }
    }

    /** As of whatever else is refused: a client that goes on cannot fill the log. */
    @Test
    void saysOfConfigurationsThatFindNoRoomAFewAndHowManyMore() throws Exception {
        Path log = directory.resolve("log");
        Map<String, String> limits =
                Map.of(
                        "CULVERT_FLEET_MAX_CONFIG_BYTES",
                        "100",
                        "CULVERT_FLEET_MAX_TOTAL_CONFIG_BYTES",
                        "100");
        int refused = 200;
        try (HttpClient client = HttpClient.newHttpClient();
                DaemonProcess process = logging(log, "true", limits)) {
            URI daemon = URI.create(process.after("listening on "));
            long began = System.nanoTime();
            for (int i = 0; i <= refused; i++) {
                HttpRequest put =
                        HttpRequest.newBuilder(daemon.resolve("/agents/a" + i))
                                .header("content-type", "application/json")
                                .PUT(BodyPublishers.ofString(away(1 + i)))
                                .build();
                assertThat(client.send(put, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(i == 0 ? 201 : 503);
            }
            Eventually.await(() -> assertThat(told(log) + heldBack(log)).isEqualTo(refused));
            long windows = 2 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) / 5;
            assertThat(told(log)).isBetween(1L, 10 * windows);
        }
    }

    /** An agent that is away, with a configuration: two of them find no room. */
    private static String away(int port) {
        return "{\"address\":\"tcp://127.0.0.1:%d\",\"config\":{\"k\":\"%s\"}}"
                .formatted(port, "x".repeat(40));
    }

    private static long told(Path log) {
        return read(log).lines().filter(it -> it.contains("fleet.max_total_config_bytes")).count();
    }

    private static long heldBack(Path log) {
        return HELD_BACK
                .matcher(read(log))
                .results()
                .mapToLong(it -> Long.parseLong(it.group(1)))
                .sum();
    }

    @Test
    void saysOnceThatDescriptorsRunOutAndGoesOnWhenThereAreSomeAgain() throws Exception {
        Path log = directory.resolve("log");
        try (HttpClient client = HttpClient.newHttpClient();
                DaemonProcess process =
                        logging(log, "ulimit -n 150", Map.of("CULVERT_HTTP_HEAD_TIMEOUT", "1h"))) {
            URI daemon = URI.create(process.after("listening on "));
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sockets.add(new Socket(daemon.getHost(), daemon.getPort()));
            }
            Eventually.await(() -> assertThat(read(log)).contains("LimitNOFILE"));
            for (Socket socket : sockets) {
                socket.close();
            }
            Eventually.await(() -> assertThat(read(log)).contains("accepting connections again"));

            assertThat(get(client, daemon, "/metrics"))
                    .containsPattern("culvert_http_accept_failures_total [1-9]")
                    .contains("process_max_fds 150")
                    .containsPattern("process_open_fds [1-9]");
            assertThat(read(log).lines().filter(it -> it.contains("AcceptFailures")))
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("ERROR AcceptFailures - cannot accept a connection on tcp://");
            assertThat(read(log)).doesNotContain("exceptionCaught()");
        }
    }

    @Test
    void saysWhatIsMissingWhereItCannotStartForWantOfDescriptors() throws Exception {
        Path log = directory.resolve("log");
        try (DaemonProcess process =
                logging(log, "ulimit -n 150", Map.of("CULVERT_EVENT_LOOPS", "200"))) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(read(log).strip())
                    .isEqualTo(
                            "culvertd: there are too few file descriptors for 200 event loops,"
                                    + " which take three each: raise their limit, LimitNOFILE= of the"
                                    + " systemd unit or ulimit -n, or take fewer loops");
        }
    }

    private static void post(HttpClient client, URI daemon, String path, String id)
            throws IOException, InterruptedException {
        client.send(
                HttpRequest.newBuilder(daemon.resolve(path))
                        .header("content-type", "application/json")
                        .header("x-request-id", id)
                        .POST(BodyPublishers.ofString(MESSAGE))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Starts {@code culvertd serve} from a shell, with its standard error in a file. */
    private static DaemonProcess logging(
            Path log, String before, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of("sh", "-c", "exec 2>" + log + "; " + before + "; exec \"$@\"", "sh"));
        command.addAll(DaemonProcess.command(List.of(), "serve", "--http", "127.0.0.1:0"));
        command.addAll(List.of(arguments));
        return DaemonProcess.start(environment, command);
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String get(HttpClient client, URI daemon, String path) {
        try {
            return client.send(
                            HttpRequest.newBuilder(daemon.resolve(path)).build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
