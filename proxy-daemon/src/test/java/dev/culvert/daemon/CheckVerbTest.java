package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.checks.TestServer;
import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.value.Value;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code culvert check}, and the route that it asks. */
class CheckVerbTest {
    private TestServer server;
    private String url;

    @BeforeEach
    void begin() throws Exception {
        server = TestServer.answering("HTTP/1.1 401 Unauthorized\r\n\r\n");
        url = "http://127.0.0.1:%d/v1/models".formatted(server.port());
    }

    @AfterEach
    void end() throws Exception {
        server.close();
    }

    @Test
    void anAnswerWithoutAKeyIsReachable() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            CommandRun run = User.of(daemon).run("check", url);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out().lines().map(line -> line.split(" +", 3)[1]).limit(4))
                    .containsExactly("HOP", "dns", "tcp", "http");
            assertThat(run.out()).contains(url + ": reachable: it answers 401 (");
            assertThat(server.heads()).singleElement().asString().startsWith("GET /v1/models ");
        }
    }

    @Test
    void programsGetAllAsJsonAndTheExitCode() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            CommandRun run =
                    User.of(daemon)
                            .run("check", "-o", "json", url, "https://no-such-name.invalid/");
            assertThat(run.code()).isEqualTo(1);
            List<Value> checks = Value.parse(run.out()).list();
            assertThat(checks).hasSize(2);
            assertThat(checks.get(0).text("verdict")).isEqualTo("reachable");
            assertThat(checks.get(0).number(0, "status")).isEqualTo(401);
            assertThat(checks.get(1).text("verdict")).isEqualTo("unreachable");
            assertThat(checks.get(1).at("hops").list())
                    .singleElement()
                    .extracting(hop -> hop.text("hop"))
                    .isEqualTo("dns");
        }
    }

    @Test
    void aTerminalShowsHowFarItIs() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            CommandRun run =
                    User.of(daemon).at(new Terminal(true, true, 200)).run("check", url, url);
            assertThat(run.err()).contains("checked 0 of 2", "checked 1 of 2");
        }
    }

    @Test
    void itChecksFromHereWithoutADaemon() {
        CommandRun run = new User(Path.of("/nonexistent")).run("check", "--local", url);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("reachable: it answers 401");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a.example/", "a.example"})
    void whatCannotBeCheckedIsTheUsersMistake(String wrong) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            CommandRun asked = User.of(daemon).run("check", wrong);
            assertThat(asked.code()).isEqualTo(2);
            assertThat(asked.err()).contains("https://, http:// and tcp://");
            CommandRun here = new User(Path.of("/nonexistent")).run("check", "--local", wrong);
            assertThat(here.code()).isEqualTo(2);
            assertThat(here.err()).contains("https://, http:// and tcp://");
        }
    }

    @Test
    void aProxysPasswordIsNotShown() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                TestServer proxy = TestServer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            String through = "http://me:secret@127.0.0.1:" + proxy.port();
            CommandRun run =
                    User.of(daemon)
                            .run("check", "-o", "json", "--through", through, "http://a.invalid/");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out())
                    .contains("\"through\": \"http://127.0.0.1:" + proxy.port() + "\"")
                    .doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"urls\": []}",
                "{\"urls\": \"https://a.example\"}",
                "{\"url\": \"https://a.example\"}",
                "{\"timeout\": \"51s\"}",
                "{\"timeout\": \"0s\"}",
                "{\"through\": \"ftp://a:1\"}",
                "[]"
            })
    void aBodyThatSaysNothingThatCanBeCheckedIsRefused(String body) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> answer = daemon.post("/api/v1/checks", body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        }
    }

    @Test
    void whoDoesNotOperateTheDaemonHasOnlyPublicAddressesChecked(@TempDir Path folder)
            throws Exception {
        String settings =
                "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, \"checks\": {\"networks\": [%s]}}";
        Path socket = folder.resolve("admin.sock");
        Path state = folder.resolve("state");
        String token;
        User operator = new User(folder);
        try (TestDaemon daemon = TestDaemon.start(settings.formatted(state, socket, ""))) {
            operator.run("token", "create", "--name", "first", "--role", "admin");
            CommandRun made =
                    operator.run(
                            "token", "create", "--name", "t", "--scope", "reach", "-o", "json");
            assertThat(made.code()).as(made.err()).isZero();
            token = Value.parse(made.out()).text("token");
            User holder = User.of(daemon).with("CULVERT_TOKEN", token);
            CommandRun run = holder.run("check", url);
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).contains("not checked: 127.0.0.1 is not a public address");
            assertThat(server.heads()).isEmpty();
            assertThat(operator.run("check", url).code()).isZero();
            assertThat(User.of(daemon).run("check", url).code()).isEqualTo(4);
        }
        try (TestDaemon daemon =
                TestDaemon.start(settings.formatted(state, socket, "\"127.0.0.0/8\""))) {
            User holder = User.of(daemon).with("CULVERT_TOKEN", token);
            assertThat(holder.run("check", url).code()).isZero();
        }
    }

    @Test
    void eachVerdictIsCounted() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            User.of(daemon).run("check", url);
            assertThat(daemon.get("/metrics").body())
                    .contains("culvert_checks_total{verdict=\"reachable\"} 1.0");
        }
    }
}
