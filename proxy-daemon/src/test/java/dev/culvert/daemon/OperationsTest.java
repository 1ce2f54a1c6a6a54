package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.about.Version;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.CapturedLog;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators use: health, metrics, the description of the interface, reload, listeners. */
class OperationsTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/healthz"})
    void isHealthyWhileItServes(String path) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.get(path).statusCode()).isEqualTo(200);
            assertThat(daemon.get(path).body()).startsWith("{\"status\":\"ok\"");
            assertThat(daemon.get(path + "?verbose").body())
                    .isEqualTo(
                            "{\"status\":\"ok\",\"version\":\"%s\",\"agents\":{\"connecting\":0,\"ready\":1,\"unreachable\":0,\"draining\":0,\"quiesced\":0}}"
                                    .formatted(Version.text()));
            assertThat(daemon.send("HEAD", path, "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void metricsAreTextForPrometheusAndNameNoAgent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"agents\": [{\"id\": \"peculiar\", \"address\": \"%s\"}]}"
                                        .formatted(guest.address()))) {
            daemon.awaitState("peculiar", "ready");
            guest.on("message", request -> request.done("ok"));
            daemon.post("/agents/peculiar/message", MESSAGE);
            daemon.post("/api/v1/agents/none/message", MESSAGE);
            daemon.get("/nowhere");
            daemon.send("DELETE", "/livez", "");
            daemon.send("GET", "/livez", "", "origin", "https://evil.example");

            HttpResponse<String> scrape = daemon.get("/metrics");

            assertThat(scrape.headers().firstValue("content-type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(scrape.body())
                    .doesNotContain("peculiar", String.valueOf(guest.address()))
                    .doesNotContain("process_cpu_time_ns", "system_cpu_count") // promtool's lint
                    .contains(
                            "culvert_http_request_duration_seconds_count{code=\"200\",method=\"POST\",route=\"/api/v1/agents/{id}/message\"}"
                                    + " 1",
                            "culvert_http_request_duration_seconds_count{code=\"404\",method=\"POST\",route=\"/api/v1/agents/{id}/message\"}"
                                    + " 1",
                            "culvert_http_requests_refused_total{code=\"404\"} 1",
                            "culvert_http_requests_refused_total{code=\"405\"} 1",
                            "culvert_http_requests_refused_total{code=\"403\"} 1",
                            "culvert_exchanges_ended_total{outcome=\"done\",request=\"message\"} 1",
                            "culvert_frames_total{direction=\"sent\",type=\"message\"} 1",
                            "culvert_frames_total{direction=\"received\",type=\"chunk\"} 1",
                            "culvert_frame_payload_bytes_total{direction=\"received\",type=\"chunk\"}"
                                    + " 28",
                            "culvert_links{state=\"open\",transport=\"tcp\"} 2",
                            "culvert_dial_duration_seconds_count{outcome=\"ok\"} 2",
                            "culvert_pool_waiting 0",
                            "culvert_exchanges_in_flight 0",
                            "culvert_agents{state=\"ready\"} 1",
                            "culvert_config_reload_success 1",
                            "culvert_build_info{",
                            "culvert_event_loop_lag_seconds_count",
                            "jvm_memory_used_bytes",
                            "process_cpu_seconds_total");
        }
    }

    @Test
    void describesItsInterface() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> answer = daemon.get("/openapi.yaml");

            assertThat(answer.headers().firstValue("content-type")).hasValue("application/yaml");
            assertThat(answer.body()).startsWith("openapi: 3.1");
        }
    }

    @Test
    void aReloadChangesAgentsAndLimitsAndNoRunningStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            daemon.write(
                    "{\"timeouts\": {\"message\": \"100ms\"},"
                            + TestDaemon.agents(guest, other)
                            + "}");

            TestDaemon.AdminAnswer answer = daemon.reload();

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"status\":\"reloaded\"}");
            daemon.awaitState("b", "ready");
            message.done("as before");
            assertThat(events.rest()).hasSize(2);
            other.on("message", ScriptedGuest.SILENCE);
            assertThat(daemon.post("/agents/b/message", MESSAGE).statusCode()).isEqualTo(504);

            daemon.write("{" + TestDaemon.agents(other) + "}"); // which makes it 'a'
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            assertThat(daemon.get("/agents/b").statusCode()).isEqualTo(404);
            assertThat(daemon.get("/agents/a").body()).contains(other.address().toString());
            daemon.awaitState("a", "ready");
        }
    }

    @Test
    void eachReloadNamesWhatOnlyARestartChangesUntilItIsAsAtTheStart() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                CapturedLog log = new CapturedLog()) {
            daemon.write("{\"event_loops\": 2}");
            daemon.daemon().reload();
            daemon.write("{\"event_loops\": 2, \"timeouts\": {\"message\": \"1s\"}}");
            daemon.daemon().reload();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("only a restart changes event_loops"))
                    .hasSize(2);

            daemon.write("{}");
            daemon.daemon().reload();
            assertThat(log.lines()).filteredOn(line -> line.contains("only a restart")).hasSize(2);
        }
    }

    @Test
    void twoAgentsMaySwapTheirAddresses() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest, other)) {
            daemon.write("{" + TestDaemon.agents(other, guest) + "}");
            other.on("message", request -> request.done("the other"));

            assertThat(daemon.daemon().reload()).isEmpty();

            daemon.awaitState("a", "ready");
            daemon.awaitState("b", "ready");
            assertThat(daemon.post("/agents/a/message", MESSAGE).body()).contains("the other");
        }
    }

    @Test
    void invalidSettingsChangeNothingAndShowInAGauge() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.write("{\"timeuots\": {}, \"agents\": []}");

            TestDaemon.AdminAnswer answer = daemon.reload();

            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body()).contains("timeuots", "timeouts", "still in force");
            assertThat(daemon.metric("culvert_config_reload_success")).isZero();
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"ready\"");

            daemon.write("{" + TestDaemon.agents(guest) + "}");
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            assertThat(daemon.metric("culvert_config_reload_success")).isOne();
        }
    }

    @Test
    void aReloadThatAnAgentAddedMeanwhileStandsAgainstChangesNothing() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.put("/agents/mine", "{\"address\":\"" + other.address() + "\"}");
            daemon.write(
                    "{\"agents\": [{\"id\": \"new\", \"address\": \"tcp://127.0.0.1:1\"},"
                            + "{\"id\": \"b\", \"address\": \""
                            + other.address()
                            + "\"}]}");

            TestDaemon.AdminAnswer answer = daemon.reload();

            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body()).contains("agent 'mine' has it");
            assertThat(daemon.metric("culvert_config_reload_success")).isZero();
            assertThat(daemon.get("/agents/new").statusCode()).isEqualTo(404);
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"ready\"");
        }
    }

    @Test
    void listensOnAUnixSocket() throws Exception {
        Path socket = directory.resolve("http.sock");
        try (TestDaemon daemon =
                        TestDaemon.start(
                                "{\"http\": {\"listen\": [\"tcp://127.0.0.1:0\", \"unix://%s\"]}}"
                                        .formatted(socket));
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(socket));
            client.write(
                    ByteBuffer.wrap(
                            "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII)));

            assertThat(
                            new String(
                                    Channels.newInputStream(client).readAllBytes(),
                                    StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("{\"status\":\"ok\"}");
            assertThat(daemon.daemon().addresses()).hasSize(2);
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void aListenerThatIsTakenLeavesNothingBehind() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String taken = "tcp://127.0.0.1:" + daemon.port();
            Path socket = directory.resolve("http.sock");

            assertThatThrownBy(() ->
                            TestDaemon.start(
                                    "{\"http\": {\"listen\": [\"unix://%s\", \"%s\"]}}"
                                            .formatted(socket, taken)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(daemon.port()));
            assertThat(socket).doesNotExist();
        }
    }

    /**
     * The third is damaged within its text, the second in the hash, which would pass for an old
     * one.
     */
    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "1\nhash\n{}", "1\n\u00ff\n{}"})
    void aDamagedDesiredStateStopsTheStartWithWhatToDo(String text) throws Exception {
        Path file = Files.createDirectory(directory.resolve("desired")).resolve("a.desired");
        Files.writeString(file, text, ISO_8859_1);
        String settings =
                "{\"state_dir\": \"%s\", \"agents\": [{\"id\": \"a\", \"address\": \"tcp://127.0.0.1:1\"}]}"
                        .formatted(directory);

        assertThatThrownBy(() -> TestDaemon.start(settings))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " is damaged, ")
                .hasMessageContaining("agent 'a'")
                .hasMessageEndingWith(
                        "restore it, or remove it to use the configuration of the settings");
    }

    @Test
    void aKeyOfTurnsThatIsNoTextIsDamagedToo() throws Exception {
        Files.write(directory.resolve("turn.key"), new byte[] {-1, -2});

        assertThatThrownBy(() -> TestDaemon.start("{\"state_dir\": \"" + directory + "\"}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("turn.key is damaged: restore it, or remove it");
    }

    @Test
    void twoDaemonsDoNotShareAStateDirectory() throws Exception {
        String settings = "{\"state_dir\": \"" + directory + "\"}";
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> TestDaemon.start(settings))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "state_dir is %s: another culvertd, process %d, uses it: stop that one, or give each daemon a state_dir of its own"
                                    .formatted(directory, ProcessHandle.current().pid()));
        }
        TestDaemon.start(settings).close();
    }

    @Test
    void aStateDirectoryThatCannotBeMadeIsNamedWithWhy() throws Exception {
        Path taken = Files.createFile(directory.resolve("taken"));

        assertThatThrownBy(() -> TestDaemon.start("{\"state_dir\": \"" + taken + "\"}"))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "state_dir is %s: %s is in the way: it is not a directory", taken, taken);
        assertThatThrownBy(() -> TestDaemon.start("{\"state_dir\": \"/proc/nope\"}"))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "state_dir is /proc/nope: /proc/nope does not exist and cannot be created");
    }

    @Test
    void whatCannotBeKeptIsSaidAndNotWanted() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"state_dir\": \"" + directory + "\",", guest)) {
            execute("DROP TABLE desired");
            HttpResponse<String> put =
                    daemon.put("/api/v1/agents/a/config", "{\"config\":{},\"tool_allowlist\":[]}");

            assertThat(put.statusCode()).isEqualTo(500);
            assertThat(put.body())
                    .contains(
                            directory.resolve("culvert.db") + " cannot be used: ",
                            "no such table: desired",
                            "send it again");
            assertThat(daemon.metric("culvert_state_dir_failures_total")).isOne();
            assertThat(daemon.get("/agents/a").body()).contains("\"desired_revision\":0");
        }
    }

    /** As another program would change the database. */
    private void execute(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("culvert.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void answersOneRequestAfterTheOtherWhereTheyArePipelined() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                RawConnection client = new RawConnection(daemon)) {
            CompletableFuture<Void> answered =
                    CompletableFuture.runAsync(() -> {
                        try {
                            guest.take().done("first");
                        } catch (IOException | InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
            client.send(
                    String.join(
                            "\r\n",
                            "POST /agents/a/stream HTTP/1.1",
                            "host: localhost",
                            "content-length: 2",
                            "",
                            "{}GET /livez HTTP/1.1",
                            "host: localhost",
                            "",
                            ""));

            String stream = client.head();
            assertThat(stream).contains("transfer-encoding: chunked");
            answered.join();
            String body = client.until("0\r\n\r\n");
            assertThat(body).contains("first", "event: done");
            assertThat(client.answer()).contains("{\"status\":\"ok\"}");
        }
    }
}
