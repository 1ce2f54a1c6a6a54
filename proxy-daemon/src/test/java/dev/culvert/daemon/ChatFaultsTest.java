package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Completions that fail: a client is never told that one is whole which is not. */
@Timeout(60)
@LoopCounts
class ChatFaultsTest implements OpenAiFaultsContract {
    private static final String PATH = "/v1/chat/completions";
    private static final String WHOLE =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAMED =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";

    @Parameter int eventLoops;

    @Override
    public int eventLoops() {
        return eventLoops;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String request(boolean streams) {
        return streams ? STREAMED : WHOLE;
    }

    @Override
    public boolean isEnd(String event) {
        return event.equals(" [DONE]");
    }

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    /** Or its client would take it back, and so on. */
    @Test
    void aRequestWhoseTurnAnotherHasTakenOverIsNotToBeSentAgain() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel").lastComerReads();
                TestDaemon daemon = daemon(guest)) {
            String[] key = {"idempotency-key", "order 4711"};
            CompletableFuture<HttpResponse<String>> first = daemon.begin("POST", PATH, WHOLE, key);
            guest.take();
            CompletableFuture<HttpResponse<String>> second = daemon.begin("POST", PATH, WHOLE, key);
            guest.take().done(1, "once");

            assertThat(second.join().body()).contains("once");
            assertThat(first.join().statusCode()).isEqualTo(409);
            assertThat(first.join().headers().firstValue("x-should-retry")).hasValue("false");
        }
    }

    @Test
    void anAgentThatIsNotThereMayBeAskedAgain() throws Exception {
        ScriptedGuest gone = ScriptedGuest.start();
        gone.close();
        try (TestDaemon daemon = TestDaemon.start("{" + TestDaemon.agents(gone) + "}")) {
            HttpResponse<String> answer = daemon.post(PATH, STREAMED);
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).contains("\"code\":\"unreachable\"");
            assertThat(answer.headers().firstValue("x-should-retry")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /v1/nowhere           | {}    | 404 | not_found_error",
                "GET  | /v1/chat/completions  | ''    | 405 | invalid_request_error",
            })
    void whatNoRouteTakesIsRefusedInTheSameShape(
            String method, String path, String body, int status, String type) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.send(method, path, body);
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body())
                    .startsWith("{\"error\":{\"message\":\"")
                    .contains("\"type\":\"" + type + "\"");
            assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        }
    }
}
