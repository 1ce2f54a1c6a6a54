package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.sshtunnels.ScriptedSsh;
import dev.culvert.daemon.webhooks.TestReceiver;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flows with real steps in a whole daemon. */
@Timeout(60)
class FlowStepsTest {
    private static final String RUNS = "/api/v1/flow-runs";

    private static final String JUMP =
            "{\"name\": \"jump\", \"host\": \"bastion.example\", \"kind\": \"dynamic\", \"listen\": \"tcp://127.0.0.1:0\", \"probe_to\": \"llm.example:443\", \"start\": false}";

    @TempDir Path folder;

    private Path secret(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static String text(String json) {
        return Value.of(json).json();
    }

    private static String start(TestDaemon daemon, String flow, String inputs) throws Exception {
        TestDaemon.AdminAnswer started =
                daemon.admin(
                        "POST", RUNS, "{\"text\": " + text(flow) + ", \"inputs\": " + inputs + "}");
        assertThat(started.statusCode()).as(started.body()).isLessThan(300);
        return Value.parse(started.body()).text("id");
    }

    private static Value run(TestDaemon daemon, String id) {
        try {
            return Value.parse(daemon.get(RUNS + "/" + id).body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Value await(TestDaemon daemon, String id, Predicate<Value> wanted) {
        Eventually.await(() -> assertThat(run(daemon, id)).matches(wanted));
        return run(daemon, id);
    }

    private static Value ended(TestDaemon daemon, String id) {
        return await(daemon, id, it -> !it.text("state").equals("running"));
    }

    @ParameterizedTest
    @CsvSource({
        "openai, m1, '', OpenAI says it is well., gpt-scripted, /v1/chat/completions Bearer k3y",
        "openai, m1, jump, OpenAI says it is well., gpt-scripted, /v1/chat/completions Bearer k3y",
        "anthropic, m2, jump, Claude says it is well., claude-scripted, /v1/messages k3y 2023-06-01"
    })
    void theExamplePipelineReportsWithEitherProvider(
            String provider, String model, String tunnel, String report, String by, String asked)
            throws Exception {
        Path key = secret("key", "k3y");
        String flow = Files.readString(Path.of("dist/flows/connectivity.jsonc"));
        try (ScriptedSsh ssh = ssh();
                BothProviders scripted = new BothProviders();
                TestDaemon daemon = TestDaemon.start(settings(scripted.setting(key.toString())))) {
            ssh.write("far", Integer.toString(daemon.port()));
            daemon.post("/api/v1/tunnels", JUMP);
            String id =
                    start(
                            daemon,
                            flow,
                            "{\"provider\": \"%s\", \"model\": \"%s\", \"tunnel\": \"%s\", \"urls\": [\"http://localhost:%d/livez\", \"http://refused.example:1/\"]}"
                                    .formatted(provider, model, tunnel, daemon.port()));

            Value run = ended(daemon, id);

            assertThat(run.text("state")).as(run.json()).isEqualTo("done");
            assertThat(run.at("outputs").text("reachable")).isEqualTo("false");
            assertThat(run.at("outputs").at("failed").json())
                    .contains("http://refused.example:1")
                    .doesNotContain("/livez");
            assertThat(run.at("outputs").text("report")).isEqualTo(report);
            assertThat(run.at("outputs").text("by")).isEqualTo(by);
            assertThat(scripted.asked()).singleElement().asString().startsWith(asked);
            assertThat(scripted.asked().getFirst())
                    .contains("\"model\": \"" + model + "\"", "Checks: ", "/livez")
                    .doesNotContain("k3y\"");
            assertThat(Files.exists(folder.resolve("ssh/calls"))).isEqualTo(!tunnel.isEmpty());
            assertThat(daemon.get("/api/v1/tunnels/jump").body()).contains("\"state\":\"down\"");
        }
    }

    private ScriptedSsh ssh() throws IOException {
        return new ScriptedSsh(Files.createDirectory(folder.resolve("ssh")), 1);
    }

    private String settings(String more) {
        return "{%s \"state_dir\": \"%s\", \"flows_dir\": \"%s\", \"ssh\": {\"programs\": \"%s\"}}"
                .formatted(
                        more,
                        folder.resolve("state"),
                        Path.of("dist/flows").toAbsolutePath(),
                        folder.resolve("ssh"));
    }

    /** Those of proxy-daemon/docs/flows.md about the example, in their order. */
    @Test
    void theCommandsOfThePageRunTheExample() throws Exception {
        List<String> lines =
                DocBlocks.of(Path.of("docs/flows.md")).all().stream()
                        .filter(it -> it.mark().endsWith("/FlowStepsTest.java"))
                        .flatMap(it -> it.text().strip().lines())
                        .toList();
        Path key = secret("key", "k3y");
        List<String> printed = new ArrayList<>();
        try (ScriptedSsh ssh = ssh();
                BothProviders scripted = new BothProviders();
                TestDaemon _ =
                        TestDaemon.start(
                                settings(
                                        scripted.setting(key.toString())
                                                + "\"admin\": {\"listen\": [\"unix://%s\"]},"
                                                        .formatted(
                                                                folder.resolve("admin.sock"))))) {
            ssh.write("far", Integer.toString(scripted.port()));
            CommandRun.User user = new CommandRun.User(folder);
            for (String line : lines) {
                String[] words =
                        line.replace("--listen 1080", "--listen 0")
                                .replace(
                                        "--wait",
                                        "--wait --input urls=[\"http://localhost:%d/\"]"
                                                .formatted(scripted.port()))
                                .substring("culvert ".length())
                                .split(" ", -1);
                CommandRun run = user.run(words);
                assertThat(run.code()).as(line + ": " + run.err() + run.out()).isZero();
                printed.add(run.out());
            }
        }

        assertThat(printed).hasSize(3);
        assertThat(printed.get(1)).contains("OpenAI says it is well.");
        assertThat(printed.get(2)).contains("Claude says it is well.");
    }

    @Test
    void asksAnAgentWaitsForAPersonAndTellsAWebhook() throws Exception {
        Path secret = secret("hook", TestReceiver.SECRET);
        String flow =
                """
                {"name": "deploy", "steps": {
                  "ask": {"message": {"agent": "a", "content": "Is it well?"}},
                  "go_on": {"approve": {"question": "Deploy? It said: ${steps.ask.content}"}},
                  "look": {"tool": {"operation": "agents.show", "arguments": {"id": "a"}}, "needs": ["go_on"]}},
                 "outputs": {"by": "${steps.go_on.decided_by}", "state": "${steps.look.state}"}}
                """;
        try (TestReceiver receiver = new TestReceiver();
                ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon =
                        TestDaemon.with(
                                "\"webhooks\": ["
                                        + receiver.setting("h", ", \"events\": [\"flow.ended\"]")
                                                .replace("SECRET_FILE", secret.toString())
                                        + "],",
                                guest)) {
            guest.on("message", request -> request.done("It is."));
            String id = start(daemon, flow, "{}");
            Eventually.await(() ->
                    assertThat(get(daemon, "/api/v1/approvals"))
                            .contains("Deploy? It said: It is.", "\"flow:" + id + "\""));
            String approval =
                    Value.parse(get(daemon, "/api/v1/approvals"))
                            .at("approvals")
                            .list()
                            .getFirst()
                            .text("id");

            daemon.post("/api/v1/approvals/" + approval, "{\"decision\":\"allow\"}");

            Value run = ended(daemon, id);
            assertThat(run.text("state")).as(run.json()).isEqualTo("done");
            assertThat(run.at("outputs").json()).contains("\"anybody\"").contains("\"ready\"");
            TestReceiver.Message told = receiver.await(it -> it.body().contains("flow.ended"));
            assertThat(told.body()).contains(id, "\"flow\":\"deploy\"", "\"state\":\"done\"");
            assertThat(told.refusal()).isEmpty();
        }
    }

    private static String get(TestDaemon daemon, String path) {
        try {
            return daemon.get(path).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void programsRunUnderThePolicyAndOnlyForOperators() throws Exception {
        Path policy =
                Files.writeString(
                        folder.resolve("shell.policy.jsonc"),
                        "{\"rules\": [{\"decision\": \"allow\", \"command\": [\"echo\"]}]}");
        String flow =
                """
                {"name": "f", "steps": {
                  "hi": {"shell": {"argv": ["echo", "Hello,", "${inputs.who}"]}}},
                 "inputs": {"who": {"type": "string", "default": "you"}},
                 "outputs": {"said": "${steps.hi.output}"}}
                """;
        String settings =
                "{\"state_dir\": \"%s\", \"flows\": {\"shell\": {\"policy\": %s}}}"
                        .formatted(folder.resolve("state"), "%s");
        try (TestDaemon daemon = TestDaemon.start(settings.formatted("null"))) {
            assertThat(daemon.admin("POST", RUNS, "{\"text\": " + text(flow) + "}").body())
                    .contains(":2:10: ", "flows.shell.policy of the daemon's settings names");
        }
        try (TestDaemon daemon = TestDaemon.start(settings.formatted("\"" + policy + "\""))) {
            Value run = ended(daemon, start(daemon, flow, "{\"who\": \"world\"}"));
            Value refused = ended(daemon, start(daemon, flow.replace("echo", "cat"), "{}"));

            assertThat(run.at("outputs").text("said")).as(run.json()).isEqualTo("Hello, world\n");
            assertThat(refused.text("state")).isEqualTo("failed");
            assertThat(refused.text("error"))
                    .isEqualTo(
                            "the policy denies 'cat': no rule of %s allows it (flows.shell.policy)"
                                    .formatted(policy));
            assertThat(Files.readString(folder.resolve("state/audit/audit.log")))
                    .contains("\"tool\":\"shell\"", "\"allow\"", "\"deny\"");
        }
    }

    @Test
    void aStepMayDoNoMoreThanItsCaller() throws Exception {
        String flow =
                "{\"name\": \"f\", \"steps\": {\"a\": {\"tool\": {\"operation\": \"token.list\"}}}}";
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String admin =
                    Value.parse(
                                    daemon.post(
                                                    "/api/v1/tokens",
                                                    "{\"name\":\"root\",\"roles\":[\"admin\"]}")
                                            .body())
                            .text("token");
            String token =
                    Value.parse(
                                    daemon.send(
                                                    "POST",
                                                    "/api/v1/tokens",
                                                    "{\"name\":\"f\",\"scopes\":[\"flows\"]}",
                                                    "authorization",
                                                    "Bearer " + admin)
                                            .body())
                            .text("token");
            String bearer = "Bearer " + token;
            String id =
                    Value.parse(
                                    daemon.send(
                                                    "POST",
                                                    RUNS,
                                                    "{\"text\": " + text(flow) + "}",
                                                    "authorization",
                                                    bearer)
                                            .body())
                            .text("id");

            Eventually.await(() ->
                    assertThat(asked(daemon, RUNS + "/" + id, bearer))
                            .contains("\"state\":\"failed\"", "insufficient_scope"));
        }
    }

    private static String asked(TestDaemon daemon, String path, String bearer) {
        try {
            return daemon.send("GET", path, "", "authorization", bearer).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
