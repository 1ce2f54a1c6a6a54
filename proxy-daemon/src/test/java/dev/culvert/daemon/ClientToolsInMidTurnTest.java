package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon and an agent as processes, and a client with a tool of its own: whatever breaks
 * meanwhile, it is told each call once, and the model is told each result once.
 */
@Timeout(90)
@EnabledOnOs(OS.LINUX)
@TestInstance(Lifecycle.PER_CLASS)
class ClientToolsInMidTurnTest {
    private static final String ASK =
            "{\"role\":\"user\",\"content\":\"when?\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]}";
    private static final Pattern CONTINUATION = Pattern.compile("\"continuation\":\"([^\"]+)\"");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile Semaphore goOn = new Semaphore(0);
    private ProcessPair pair;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        pair = ProcessPair.start(folder, "{\"rules\": []}", this::answer);
    }

    @AfterAll
    void stop() {
        pair.close();
    }

    @BeforeEach
    void nothingWasAsked() {
        asked.clear();
        goOn = new Semaphore(0);
    }

    /** Says one thing, and the rest once the test lets it. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add(request);
        Semaphore ofThisTest = goOn;
        boolean hasResult = request.contains("\"role\":\"tool\"");
        ProcessPair.say(exchange, "{\"content\":\"" + (hasResult ? "It is" : "I look.") + "\"}");
        try {
            ofThisTest.acquire();
        } catch (InterruptedException _) {
            return;
        }
        ProcessPair.say(
                exchange,
                hasResult
                        ? "{\"content\":\" noon\"}"
                        : "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]}");
        ProcessPair.end(exchange, hasResult ? "stop" : "tool_calls");
    }

    /** Begins a turn, and reads the first chunk of its answer. */
    private EventReader begin() throws Exception {
        EventReader client = pair.stream("/api/v1/agents/a/stream", ASK);
        assertThat(client.next().data()).contains("I look.");
        return client;
    }

    private static String turn(EventReader client) {
        return client.header("x-culvert-turn");
    }

    /** The continuation with which these events end, and which follows the one call. */
    private static String continuation(String events) {
        assertThat(events)
                .containsOnlyOnce("event: tool_call")
                .containsSubsequence("event: tool_call", "\"tool_name\":\"now\"", "event: done");
        Matcher continuation = CONTINUATION.matcher(events);
        assertThat(continuation.find()).as(events).isTrue();
        return continuation.group(1);
    }

    private static String path(String turn) {
        return "/api/v1/turns/" + turn + "/continue";
    }

    private static String results(String continuation) {
        return "{\"continuation\":\"%s\",\"tool_results\":[{\"id\":\"c1\",\"success\":true,\"result\":\"12:00\"}]}"
                .formatted(continuation);
    }

    private void assertIsUsed(String turn, String continuation) {
        HttpResponse<String> again = pair.post(path(turn), results(continuation));
        assertThat(again.statusCode()).as(again.body()).isEqualTo(409);
    }

    /** The model had two requests, and the second has the call and its result once. */
    private void assertWasToldOnce() {
        assertThat(asked).hasSize(2);
        assertThat(asked.getFirst()).doesNotContain("12:00");
        assertThat(asked.getLast())
                .containsOnlyOnce("12:00")
                .containsOnlyOnce("\"tool_calls\":")
                .containsOnlyOnce("I look.");
    }

    @Test
    void aClientThatLosesItsConnectionsIsToldItsCallOnceAndItsAnswerOnce() throws Exception {
        EventReader first = begin();
        first.close();
        goOn.release();
        String continuation = continuation(pair.after(turn(first), 1));

        EventReader second = pair.stream(path(turn(first)), results(continuation));
        assertThat(second.next().data()).contains("It is");
        second.close();
        goOn.release();

        assertThat(pair.after(turn(second), 1))
                .containsOnlyOnce(" noon")
                .contains("event: done")
                .doesNotContain("It is");
        assertIsUsed(turn(first), continuation);
        assertWasToldOnce();
    }

    @Test
    void aDaemonThatIsKilledInEachPartOfTheLoopGoesOn() throws Exception {
        EventReader first = begin();
        pair.killDaemon();
        pair.startDaemon();
        goOn.release();
        String continuation = continuation(pair.after(turn(first), 1));

        pair.killDaemon();
        pair.startDaemon();
        assertThat(continuation(pair.after(turn(first), 1))).isEqualTo(continuation);
        EventReader second = pair.stream(path(turn(first)), results(continuation));
        assertThat(second.next().data()).contains("It is");

        pair.killDaemon();
        pair.startDaemon();
        goOn.release();
        assertThat(pair.after(turn(second), 1)).containsOnlyOnce(" noon").contains("event: done");
        assertIsUsed(turn(first), continuation);
        assertWasToldOnce();
    }

    @Test
    void anAgentThatIsRestoredFromASnapshotInEachPartOfTheLoopGoesOn() throws Exception {
        EventReader first = begin();
        pair.snapshotAndRestoreAgent();
        goOn.release();
        String continuation = continuation(pair.after(turn(first), 1));

        pair.snapshotAndRestoreAgent();
        EventReader second = pair.stream(path(turn(first)), results(continuation));
        assertThat(second.next().data()).contains("It is");

        pair.snapshotAndRestoreAgent();
        goOn.release();
        assertThat(pair.after(turn(second), 1)).containsOnlyOnce(" noon").contains("event: done");
        assertIsUsed(turn(first), continuation);
        assertWasToldOnce();
    }

    @Test
    void anAgentThatIsKilledBeforeTheResultsComeTakesThemInItsNextProcess() throws Exception {
        EventReader first = begin();
        goOn.release();
        String continuation = continuation(pair.after(turn(first), 0));
        pair.killAgent();
        pair.startAgent();

        goOn.release();
        HttpResponse<String> second = pair.post(path(turn(first)), results(continuation));

        assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
        assertThat(second.body()).containsOnlyOnce("It is").containsOnlyOnce(" noon");
        assertIsUsed(turn(first), continuation);
        assertWasToldOnce();
    }

    @Test
    void anAgentThatIsKilledWhileItAnswersTheResultsIsNotToldThemAgain() throws Exception {
        EventReader first = begin();
        goOn.release();
        String continuation = continuation(pair.after(turn(first), 0));
        EventReader second = pair.stream(path(turn(first)), results(continuation));
        assertThat(second.next().data()).contains("It is");

        pair.killAgent();
        pair.startAgent();

        assertThat(second.rest())
                .extracting(EventReader.Event::type)
                .contains("error")
                .doesNotContain("done", "tool_call");
        assertIsUsed(turn(first), continuation);
        assertWasToldOnce();
    }
}
