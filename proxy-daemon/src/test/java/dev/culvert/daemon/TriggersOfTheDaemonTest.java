package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.webhooks.TestReceiver;
import dev.culvert.daemon.webhooks.WebhookSignature;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What starts flows of a whole daemon, and the blocks of proxy-daemon/docs/triggers.md. */
@Timeout(60)
class TriggersOfTheDaemonTest {
    private static final String PATH = "/api/v1/flows/deploy/trigger";
    private static final String BODY = "{\"commit\":\"4f21c09\"}";

    @TempDir Path folder;

    @BeforeEach
    void write() throws IOException {
        Path secret = Files.writeString(folder.resolve("ci.secret"), TestReceiver.SECRET + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                folder.resolve("deploy.jsonc"),
                """
                {"name": "deploy",
                 "inputs": {"event": {"type": "object", "default": {}}, "pause": {"type": "string", "default": "0s"}},
                 "steps": {"a": {"wait": {"for": "${inputs.pause}"}}},
                 "outputs": {"event": "${inputs.event}"}}
                """);
    }

    private String settings(String more) {
        return """
        {"flows_dir": "%s", "triggers": [
          {"name": "ci", "flow": "deploy", "secret": {"file": "%s"}, "input": "event"%s},
          {"name": "build", "flow": "deploy", "subject": "build.done", "input": "event", "overlaps": true}]}
        """
                .formatted(folder, folder.resolve("ci.secret"), more);
    }

    private static HttpResponse<String> send(
            TestDaemon daemon, String id, Instant time, String signed, String body)
            throws Exception {
        return daemon.send(
                "POST",
                PATH,
                body,
                "webhook-id",
                id,
                "webhook-timestamp",
                Long.toString(time.getEpochSecond()),
                "webhook-signature",
                new WebhookSignature(TestReceiver.SECRET).sign(id, time, signed));
    }

    private static HttpResponse<String> send(TestDaemon daemon, String id) throws Exception {
        return send(daemon, id, Instant.now(), BODY, BODY);
    }

    private static String runs(TestDaemon daemon) {
        try {
            return daemon.get("/api/v1/flow-runs").body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String run(String answer) {
        return answer.replaceAll("(?s).*\"run\":\"(fr_[0-9a-f]+)\".*", "$1");
    }

    @Test
    void aSignedRequestStartsAFlowOnce() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings(""))) {
            HttpResponse<String> first = send(daemon, "msg_1");
            String run = run(first.body());
            Eventually.await(() -> assertThat(runs(daemon)).contains("\"state\":\"done\""));

            HttpResponse<String> again = send(daemon, "msg_1");

            assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
            assertThat(again.statusCode()).isEqualTo(202);
            assertThat(run(again.body())).isEqualTo(run);
            assertThat(daemon.get("/api/v1/flow-runs/" + run).body())
                    .contains("\"caller\":\"trigger:ci\"", "4f21c09");
            assertThat(run(send(daemon, "msg_2").body())).isNotEqualTo(run);
        }
    }

    private static String token(TestDaemon daemon, String body, String... headers)
            throws Exception {
        String made = daemon.send("POST", "/api/v1/tokens", body, headers).body();
        return "Bearer " + Value.parse(made).text("token");
    }

    @Test
    void theListOfFlowsTellsWhatStartsThem() throws Exception {
        String nightly =
                settings("")
                        .replace(
                                "\"triggers\": [",
                                "\"triggers\": [{\"name\": \"nightly\", \"flow\": \"deploy\", \"tenant\": \"acme\", \"schedule\": \"30 2 * * *\"},");
        try (TestDaemon daemon = TestDaemon.start(nightly)) {
            assertThat(daemon.get("/api/v1/flows").body())
                    .contains(
                            "\"triggers\":[{\"name\":\"nightly\",\"tenant\":\"acme\",\"cause\":\"schedule\",\"of\":\"30 2 * * *\"},"
                                    + "{\"name\":\"ci\",\"tenant\":\"default\",\"cause\":\"request\",\"of\":\"/api/v1/flows/deploy/trigger\"},"
                                    + "{\"name\":\"build\",\"tenant\":\"default\",\"cause\":\"subject\",\"of\":\"build.done\"}]")
                    .doesNotContain(TestReceiver.SECRET);
            String root = token(daemon, "{\"name\": \"root\", \"roles\": [\"admin\"]}");
            String eve =
                    token(
                            daemon,
                            "{\"name\": \"eve\", \"tenant\": \"acme\", \"roles\": [\"admin\"]}",
                            "authorization",
                            root);
            assertThat(daemon.send("GET", "/api/v1/flows", "", "authorization", eve).body())
                    .contains("nightly")
                    .doesNotContain("\"ci\"", "build.done");
        }
    }

    @Test
    void whatIsNotSignedWellStartsNothing() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings(""))) {
            Instant now = Instant.now();
            HttpResponse<String> other = send(daemon, "m", now, BODY, "{}");
            HttpResponse<String> old = send(daemon, "m", now.minusSeconds(301), BODY, BODY);
            HttpResponse<String> none = daemon.post(PATH, BODY);
            HttpResponse<String> unknown = daemon.post("/api/v1/flows/none/trigger", BODY);
            HttpResponse<String> noJson = send(daemon, "m", now, "hi", "hi");

            assertThat(List.of(other, old, none, unknown))
                    .allMatch(it -> it.statusCode() == 401)
                    .allMatch(it -> it.body().contains("\"code\":\"bad_signature\""));
            assertThat(old.body()).containsPattern("30\\d s away");
            assertThat(noJson.statusCode()).isEqualTo(400);
            assertThat(runs(daemon)).contains("\"runs\":[]");
        }
    }

    @Test
    void oneRunAtATimeUnlessToldOtherwise() throws Exception {
        String slow = ", \"inputs\": {\"pause\": \"1h\"}";
        try (TestDaemon daemon = TestDaemon.start(settings(slow))) {
            String run = run(send(daemon, "msg_1").body());
            HttpResponse<String> second = send(daemon, "msg_2");

            assertThat(second.statusCode()).isEqualTo(409);
            assertThat(second.body()).contains("\"code\":\"already_running\"", run);
            daemon.write(settings(slow + ", \"overlaps\": true"));
            daemon.reload();
            assertThat(send(daemon, "msg_2").statusCode()).isEqualTo(202);
        }
    }

    private static String block(String containing) throws IOException {
        return DocBlocks.of(Path.of("docs/triggers.md")).all().stream()
                .filter(it -> it.mark().endsWith("/TriggersOfTheDaemonTest.java"))
                .map(DocBlocks.Block::text)
                .filter(it -> it.contains(containing))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void thePageShowsHowToSignARequest() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")));
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")));
        try (TestDaemon daemon = TestDaemon.start(settings(""))) {
            String script = block("curl").replace("127.0.0.1:8470", "127.0.0.1:" + daemon.port());
            Process process =
                    new ProcessBuilder("sh", "-c", script)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

            assertThat(process.exitValue()).as(out).isZero();
            assertThat(out).contains("\"run\":\"fr_", "\"flow\":\"deploy\"");
        }
    }

    @Test
    void thePageShowsHowASubjectStartsAFlow() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings(""))) {
            String data = block("culvert publish").strip().replaceFirst(".*?'(.*)'", "$1");
            Eventually.await(() -> assertThat(publish(daemon, data)).contains("\"receivers\":1"));

            Eventually.await(
                    () -> assertThat(runs(daemon)).contains("trigger:build", "\"state\":\"done\""));
        }
    }

    /** The trigger follows its subject a moment after the start. */
    private static String publish(TestDaemon daemon, String data) {
        try {
            return daemon.post("/api/v1/subjects/build.done", "{\"data\": " + data + "}").body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
