package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon and an agent as processes, and a command that runs until the test lets it go on:
 * whatever breaks meanwhile, it runs once.
 */
@Timeout(90)
@EnabledOnOs(OS.LINUX)
class ToolsInMidCallTest {
    private static final String HI = "{\"role\":\"user\",\"content\":\"go\"}";
    private final String script =
            ": %d; echo ran >> ran.txt; echo begun; while [ ! -e go ]; do sleep 0.05; done; echo it went"
                    .formatted(System.nanoTime());

    private final List<String> asked = new CopyOnWriteArrayList<>();
    @TempDir private Path folder;
    private ProcessPair pair;
    private Path work;

    @BeforeEach
    void start() throws Exception {
        pair =
                ProcessPair.start(
                        folder,
                        "{\"rules\": [{\"decision\": \"allow\", \"command\": [\"sh\"], \"shell\": true}]}",
                        this::answer);
        work = pair.work();
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    /** Calls the command first, and answers once there is its result. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add(request);
        ProcessPair.say(
                exchange,
                request.contains("\"role\":\"tool\"")
                        ? "{\"content\":\"told\"}"
                        : "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"run_command\",\"arguments\":\"{\\\"argv\\\":[\\\"sh\\\",\\\"-c\\\",\\\""
                                + script
                                + "\\\"]}\"}}]}");
        ProcessPair.end(exchange, "stop");
    }

    /** Begins a turn, and reads until the agent has heard of the command, which runs. */
    /* From the start of a command until the agent knows its number, nothing ends it with the agent. */
    private EventReader begin() throws Exception {
        EventReader client = pair.stream("/api/v1/agents/a/stream", HI);
        assertThat(client.next().type()).isEqualTo("tool_call");
        assertThat(client.next()).matches(it -> it.type().equals("tool_output"));
        assertRanOnce();
        return client;
    }

    private static String rest(EventReader client) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (Event event : client.rest()) {
            rest.append("event: %s\ndata: %s\n".formatted(event.type(), event.data()));
        }
        return rest.toString();
    }

    private void letGo() throws IOException {
        Files.createFile(work.resolve("go"));
    }

    private String resumed(EventReader client) {
        return pair.after(client.header("x-culvert-turn"), 2);
    }

    private void assertWhole(String rest) {
        assertThat(rest)
                .contains(
                        "\"ok\":true,\"result\":\"begun\\nit went\\n[exit status 0]\"",
                        "\"told\"",
                        "event: done")
                .doesNotContain("event: tool_call\n", "event: error");
        assertRanOnce();
    }

    private void assertRanOnce() {
        assertThat(work.resolve("ran.txt")).hasContent("ran");
    }

    @Test
    void aClientThatLosesItsConnectionReadsOn() throws Exception {
        EventReader client = begin();
        client.close();
        letGo();

        assertWhole(resumed(client));
    }

    @Test
    void aDaemonThatIsKilledAndStartedAgainReadsOn() throws Exception {
        EventReader client = begin();
        pair.killDaemon();
        pair.startDaemon();
        letGo();

        assertWhole(resumed(client));
    }

    @Test
    void anAgentThatIsQuiescedAndGoesOnTellsItsResultAfterwards() throws Exception {
        try (EventReader client = begin()) {
            HttpResponse<String> quiesced = pair.post("/api/v1/agents/a/quiesce?wait_secs=0", "{}");
            assertThat(quiesced.statusCode()).isEqualTo(200);
            assertThat(quiesced.body())
                    .contains("\"turns_parked\":1", "\"tool_name\":\"run_command\"");
            letGo();
            assertThat(pair.delete("/api/v1/agents/a/quiesce").statusCode()).isEqualTo(200);

            assertWhole(rest(client));
        }
    }

    @Test
    void anAgentThatIsRestoredFromASnapshotInMidCallTellsItsResultOnce() throws Exception {
        try (EventReader client = begin()) {
            pair.snapshotAndRestoreAgent();
            letGo();

            assertWhole(rest(client));
        }
    }

    @Test
    void anAgentThatIsKilledEndsItsTurnAndItsCommandAndRunsNothingAgain() throws Exception {
        try (EventReader client = begin()) {
            pair.killAgent();
            pair.startAgent();

            assertThat(rest(client)).contains("event: error").doesNotContain("event: done");
            Eventually.await(() -> assertThat(commands()).isEmpty());
            assertRanOnce();
            assertThat(resumed(client)).doesNotContain("event: tool_result", "\"told\"");
            assertRanOnce();
        }
    }

    @Test
    void aCommandThatSomebodyKillsHasAResultAndAProgramOfOpenAisKindReadsOn() throws Exception {
        try (EventReader client =
                pair.stream(
                        "/v1/chat/completions",
                        "{\"model\":\"a\",\"stream\":true,\"messages\":[" + HI + "]}")) {
            Eventually.await(() -> assertThat(work.resolve("ran.txt")).exists());

            commands().forEach(ProcessHandle::destroyForcibly);

            StringBuilder answer = new StringBuilder();
            for (String line = client.line(); line != null; line = client.line()) {
                answer.append(line).append('\n');
            }
            assertThat(answer).contains("told", "data: [DONE]").doesNotContain("\"error\"");
        }
        assertThat(asked).hasSize(2);
        assertThat(asked.getLast()).contains("begun\\n[exit status 137]\"");
        assertRanOnce();
    }

    /** The processes that run the command of this test. */
    private Stream<ProcessHandle> commands() {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().commandLine().orElse("").endsWith("sh -c " + script));
    }
}
