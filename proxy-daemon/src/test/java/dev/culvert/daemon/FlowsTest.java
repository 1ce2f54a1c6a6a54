package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flows over HTTP and by the command. */
@Timeout(60)
class FlowsTest {
    private static final String RUNS = "/api/v1/flow-runs";

    @TempDir Path folder;
    private TestDaemon daemon;
    private String settings;

    @BeforeEach
    void start() throws Exception {
        Path flows = Files.createDirectory(folder.resolve("flows"));
        Files.writeString(
                flows.resolve("pause.jsonc"),
                """
                {"name": "pause", "inputs": {"for": {"type": "string", "default": "1ms"}},
                 "steps": {"pause": {"wait": {"for": "${inputs.for}"}}},
                 "outputs": {"ms": "${steps.pause.waited_ms}"}}
                """);
        Files.writeString(
                flows.resolve("bad.jsonc"), "{\"name\": \"bad\", \"steps\": {\"a\": {}}}");
        Files.writeString(
                flows.resolve("outer.jsonc"),
                """
                {"name": "outer", "steps": {"inner": {"flow": {"name": "pause", "inputs": {"for": "2ms"}}}},
                 "outputs": {"ms": "${steps.inner.outputs.ms}"}}
                """);
        Files.writeString(
                flows.resolve("endless.jsonc"),
                "{\"name\": \"endless\", \"steps\": {\"a\": {\"flow\": {\"name\": \"endless\"}}}}");
        settings =
                "{\"flows_dir\": \"%s\", \"flows\": {\"max_runs\": 12}, \"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}}"
                        .formatted(flows, folder.resolve("state"), folder.resolve("admin.sock"));
        daemon = TestDaemon.start(settings);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private Value start(String body) throws Exception {
        HttpResponse<String> started = daemon.post(RUNS, body);
        assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
        return Value.parse(started.body());
    }

    private Value awaitEnd(String id) {
        Eventually.await(() -> assertThat(show(id).text("state")).isNotEqualTo("running"));
        return show(id);
    }

    private Value show(String id) {
        try {
            return Value.parse(daemon.get(RUNS + "/" + id).body());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFlowOfTheFolderRunsToItsEnd() throws Exception {
        String id = start("{\"flow\": \"pause\", \"inputs\": {\"for\": \"3ms\"}}").text("id");
        Value run = awaitEnd(id);

        assertThat(run.text("state")).isEqualTo("done");
        assertThat(run.at("outputs").json()).isEqualTo("{\"ms\":3}");
        assertThat(run.at("steps").list().getFirst().text("state")).isEqualTo("done");
        assertThat(daemon.get(RUNS + "?flow=pause&state=done").body()).contains(id);
        assertThat(daemon.get(RUNS + "?flow=other").body())
                .isEqualTo("{\"runs\":[],\"next\":null}");
        daemon.awaitMetric("culvert_flow_run_duration_seconds_count{state=\"done\"}", 1);
        daemon.awaitMetric(
                "culvert_flow_step_duration_seconds_count{kind=\"wait\",state=\"done\"}", 1);
    }

    @Test
    void aFlowMayRunAnotherOne() throws Exception {
        Value run = awaitEnd(start("{\"flow\": \"outer\"}").text("id"));

        assertThat(run.at("outputs").json()).isEqualTo("{\"ms\":2}");
        assertThat(daemon.get(RUNS).body()).contains("\"parent\":\"" + run.text("id") + ".inner\"");
    }

    @Test
    void aRunTellsTheKindsOfItsStepsAndWhatTheyNeed() throws Exception {
        Files.writeString(
                folder.resolve("flows/pair.jsonc"),
                """
                {"name": "pair", "steps": {
                  "first": {"wait": {"for": "1ms"}},
                  "all": {"needs": ["first"], "each": [1, 2], "wait": {"for": "1ms"}},
                  "last": {"wait": {"for": "1ms"}, "finally": true}}}
                """);
        String id = start("{\"flow\": \"pair\"}").text("id");
        String started = daemon.get(RUNS + "/" + id).body();
        String ended = awaitEnd(id).json();

        for (String told : new String[] {started, ended}) {
            assertThat(told)
                    .contains(
                            "\"kind\":\"wait\",\"needs\":[\"first\"],\"each\":true,\"when\":false,\"finally\":false")
                    .contains("\"needs\":[],\"each\":false,\"when\":false,\"finally\":true");
        }
    }

    @Test
    void aFlowThatRunsItselfFailsInsteadOfRunningForEver() throws Exception {
        Value run = awaitEnd(start("{\"flow\": \"endless\"}").text("id"));

        assertThat(run.text("state")).isEqualTo("failed");
        assertThat(run.text("error")).contains("does one of them run itself?");
    }

    @Test
    void theFolderIsListedWithItsMistakes() throws Exception {
        assertThat(daemon.get("/api/v1/flows").body())
                .contains("\"name\":\"pause\",\"description\":\"\",\"valid\":true")
                .contains("bad.jsonc:1:27: the step 'a' has no kind");
        assertThat(daemon.get("/api/v1/flows/pause").body())
                .contains("{\"step\":\"pause\",\"kind\":\"wait\",\"needs\":[]");
        assertThat(daemon.get("/api/v1/flows/paus").body()).contains("did you mean pause?");
        assertThat(daemon.get("/api/v1/flows/..%2Fpause").statusCode()).isEqualTo(404);
        assertThat(daemon.post(RUNS, "{\"flow\": \"bad\"}").statusCode()).isEqualTo(400);
    }

    @Test
    void aFlowThatSomebodySendsIsCheckedFirst() throws Exception {
        String text =
                "{\"file\": \"mine.jsonc\", \"text\": \"{\\\"name\\\": \\\"m\\\", \\\"steps\\\": {\\\"a\\\": {\\\"wiat\\\": {}}}}\"}";
        for (String path : new String[] {"/api/v1/flow-checks", RUNS}) {
            HttpResponse<String> refused = daemon.post(path, text);
            assertThat(refused.statusCode()).isEqualTo(400);
            Value problem = Value.parse(refused.body());
            assertThat(problem.text("error")).doesNotEndWith("?.");
            assertThat(problem.at("mistakes").list())
                    .hasSizeGreaterThan(1)
                    .extracting(Value::text)
                    .allMatch(it -> it.startsWith("mine.jsonc:1:"))
                    .anyMatch(it -> it.endsWith("did you mean 'wait'?"));
        }
        assertThat(daemon.post(RUNS, "{}").statusCode()).isEqualTo(400);
        assertThat(daemon.post(RUNS, "{\"flow\": \"pause\", \"inputs\": {\"x\": 1}}").body())
                .contains("has no input 'x'");
    }

    @Test
    void theCommandTellsEachMistakeOnALineOfItsOwn() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("mine.jsonc"),
                        "{\"name\": \"m\", \"steps\": {\"a\": {\"wiat\": {}}}}");

        CommandRun run = CommandRun.User.of(daemon).run("flow", "validate", file.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out() + run.err()).hasLineCount(2).contains("did you mean 'wait'?");
    }

    @Test
    void theSameKeyStartsAFlowOnce() throws Exception {
        String first =
                daemon.send("POST", RUNS, "{\"flow\": \"pause\"}", "idempotency-key", "k").body();
        String id = Value.parse(first).text("id");
        awaitEnd(id);
        String second =
                daemon.send("POST", RUNS, "{\"flow\": \"pause\"}", "idempotency-key", "k").body();

        assertThat(Value.parse(second).text("id")).isEqualTo(id);
    }

    @Test
    void aRunCanBeFollowedAndCancelled() throws Exception {
        String id = start("{\"flow\": \"pause\", \"inputs\": {\"for\": \"1h\"}}").text("id");
        try (var events =
                daemon.stream("GET", RUNS + "/" + id, "", "accept", "text/event-stream")) {
            assertThat(events.next().data()).contains("\"step\":\"pause\"");
            assertThat(daemon.send("DELETE", RUNS + "/" + id, "").statusCode()).isEqualTo(204);
            String last = events.next().data();
            while (!last.contains("\"state\":\"cancelled\",\"started\"")
                    || !last.contains("\"steps\"")) {
                last = events.next().data();
            }
            assertThat(last).contains("\"state\":\"cancelled\"", "cancelled by anybody");
        }
        assertThat(daemon.send("DELETE", RUNS + "/" + id, "").statusCode()).isEqualTo(409);
        assertThat(
                        daemon.send(
                                        "GET",
                                        RUNS + "/" + id,
                                        "",
                                        "accept",
                                        "text/event-stream",
                                        "last-event-id",
                                        id + ":9")
                                .statusCode())
                .isEqualTo(204);
    }

    /** Also when it ends just as the stream begins. */
    @Test
    void whoFollowsARunIsToldOfItsEnd() throws Exception {
        for (int i = 0; i < 40; i++) {
            String id =
                    start("{\"flow\": \"pause\", \"inputs\": {\"for\": \"%dms\"}}".formatted(i % 8))
                            .text("id");
            try (var events =
                    daemon.stream("GET", RUNS + "/" + id, "", "accept", "text/event-stream")) {
                String last = events.next().data();
                while (!last.contains("\"outputs\":{")) {
                    last = events.next().data();
                }
                assertThat(last).contains("\"state\":\"done\"");
            }
        }
    }

    @Test
    void whyTellsWhatHasChangedSinceTheRunBefore() throws Exception {
        String first = start("{\"flow\": \"pause\"}").text("id");
        awaitEnd(first);
        String second = start("{\"flow\": \"pause\", \"inputs\": {\"for\": \"2ms\"}}").text("id");
        awaitEnd(second);

        assertThat(daemon.get(RUNS + "/" + second + "/why?step=pause").body())
                .isEqualTo(
                        "{\"run\":\"%s\",\"step\":\"pause\",\"before\":\"%s\",\"changes\":[{\"input\":\"inputs.for\",\"before\":\"\\\"1ms\\\"\",\"now\":\"\\\"2ms\\\"\",\"step\":null}],\"same\":[\"definition\"]}"
                                .formatted(second, first));
        assertThat(daemon.get(RUNS + "/" + first + "/why?step=pause").body())
                .contains("\"before\":null");
        assertThat(daemon.get(RUNS + "/" + first + "/why?step=x").statusCode()).isEqualTo(404);
        assertThat(daemon.get(RUNS + "/" + first + "/why").statusCode()).isEqualTo(400);
    }

    @Test
    void aRunGoesOnInTheNextDaemon() throws Exception {
        String id = start("{\"flow\": \"pause\", \"inputs\": {\"for\": \"300ms\"}}").text("id");
        daemon.close();
        daemon = TestDaemon.start(settings);

        Value run = awaitEnd(id);
        assertThat(run.text("state")).isEqualTo("done");
        assertThat(run.at("outputs").json()).isEqualTo("{\"ms\":300}");
    }

    @Test
    void theExitCodeOfAWaitTellsTheEnd() throws Exception {
        CommandRun.User user = new CommandRun.User(folder);
        Path slow =
                Files.writeString(
                        folder.resolve("slow.jsonc"),
                        "{\"name\": \"slow\", \"steps\": {\"a\": {\"wait\": {\"for\": \"1h\"}, \"timeout\": \"5ms\"}}}");

        assertThat(user.run("flow", "run", "pause", "--wait").code()).isZero();
        CommandRun failed = user.run("flow", "run", slow.toString(), "--wait");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).contains("did not end within 5ms");
        CommandRun bad = user.run("flow", "validate", "bad", "pause");
        assertThat(bad.code()).isEqualTo(1);
        assertThat(bad.err()).contains("bad.jsonc:1:27: the step 'a' has no kind");
        assertThat(user.run("flow", "run", "paus").code()).isEqualTo(5);
    }
}
