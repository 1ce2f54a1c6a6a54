package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Completions that fail: a client is never told that one is whole which is not. */
@Timeout(60)
@LoopCounts
class ChatFaultsTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String WHOLE =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAMED =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static CompletionReader stream(TestDaemon daemon, String... headers) throws Exception {
        return new CompletionReader(daemon.stream("POST", PATH, STREAMED, headers));
    }

    /** Half an answer, then an error of that code, and no end. */
    private static void assertBroken(CompletionReader completion, String type, String code) {
        List<String> rest = completion.rest();
        assertThat(rest).hasSize(1);
        assertThat(rest.getFirst())
                .startsWith("{\"error\":{\"message\":\"")
                .endsWith("\"type\":\"%s\",\"param\":null,\"code\":%s}}".formatted(type, code));
        assertThat(completion.isBroken()).isTrue();
    }

    private static Request half(ScriptedGuest guest, CompletionReader completion) throws Exception {
        Request message = guest.take();
        message.chunk("half");
        assertThat(completion.next()).contains("role");
        assertThat(completion.next()).contains("half");
        return message;
    }

    @Test
    void aLostLinkBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion).link().reset();
            assertBroken(completion, "server_error", "\"link_lost\"");
        }
    }

    @Test
    void aLinkThatIsClosedInOrderDoesToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion).link().shutdownOutput();
            assertBroken(completion, "server_error", "\"link_lost\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":1,\"done\":false}",
                "{\"done\":true}",
                "{\"content\":\"x\",\"content\":\"y\",\"done\":true}",
                "{\"content\":\"\",\"done\":true,\"tool_calls\":[1]}"
            })
    void aMalformedChunkBreaksOffTheStream(String chunk) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion).reply("chunk", chunk);
            assertBroken(completion, "server_error", "\"bad_answer\"");
        }
    }

    @Test
    void anErrorOfTheRuntimeBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion)
                    .reply(
                            "error",
                            "{\"code\":\"runtime_error\",\"message\":\"no\",\"status\":429}");
            assertBroken(completion, "rate_limit_error", "\"rate_limit_exceeded\"");
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"error\"}", 1);
        }
    }

    @Test
    void aBlockedToolBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion)
                    .reply("tool_blocked", "{\"tool_name\":\"rm\",\"reason\":\"no\"}");
            assertBroken(completion, "permission_error", "\"tool_blocked\"");
        }
    }

    @Test
    void anAgentThatFallsSilentBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"1s\"},", guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion);
            assertBroken(completion, "server_error", "\"timed_out\"");
        }
    }

    @Test
    void aDaemonThatStopsBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon)) {
            half(guest, completion);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(daemon.daemon()::close);
            assertBroken(completion, "server_error", "\"draining\"");
            stopping.join();
        }
    }

    @Test
    void aSilentStreamIsKeptAliveBeforeTheFirstToken() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"sse\": {\"keepalive\": \"20ms\"},", guest);
                CompletionReader completion = stream(daemon)) {
            assertThat(completion.line()).contains("\"role\"");
            assertThat(completion.line()).isEmpty();
            assertThat(completion.line()).isEqualTo(":");
            assertThat(completion.line()).isEmpty();
            assertThat(completion.line()).isEqualTo(":");
            assertThat(guest.take().type()).isEqualTo("message");
        }
    }

    /** SHOULD says what clients are told of sending the request again, if anything. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'code':'runtime_error','status':429,'retry_after':7 | 429 | rate_limit_error      | rate_limit_exceeded | -",
                "'code':'runtime_error','status':503                 | 502 | server_error          | runtime_error         | -",
                "'code':'runtime_error','status':400                 | 400 | invalid_request_error | runtime_error         | -",
                "'code':'runtime_error','status':413                 | 413 | invalid_request_error | runtime_error         | -",
                "'code':'runtime_error'                              | 502 | server_error          | runtime_error         | false",
                "'code':'runtime_unreachable'                        | 502 | server_error          | runtime_unreachable   | -",
                "'code':'runtime_timeout'                            | 504 | server_error          | runtime_timeout       | false",
                "'code':'stream_broken'                              | 502 | server_error          | stream_broken         | false",
                "'code':'overloaded','retry_after':1                 | 429 | rate_limit_error      | rate_limit_exceeded | -",
                "'code':'draining'                                   | 503 | server_error          | draining              | -",
                "'code':'invalid_payload'                            | 422 | invalid_request_error | invalid_payload     | -",
            })
    void whatFailsBeforeTheFirstTokenHasAStatus(
            String error, int status, String type, String code, String should) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume");
                TestDaemon daemon = daemon(guest)) {
            String payload = "{" + error.replace('\'', '"') + ",\"message\":\"it is so\"}";
            guest.on("message", message -> message.numbered(1, "error", payload));

            for (String body : List.of(WHOLE, STREAMED)) {
                HttpResponse<String> answer = daemon.post(PATH, body);

                assertThat(answer.statusCode()).as(body).isEqualTo(status);
                assertThat(answer.body())
                        .contains("it is so")
                        .endsWith(
                                "\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}"
                                        .formatted(type, code));
                assertThat(answer.headers().firstValue("x-should-retry").orElse("-"))
                        .isEqualTo(should);
                assertThat(answer.headers().firstValue("x-culvert-turn")).isPresent();
                if (error.contains("retry_after")) {
                    String seconds = answer.headers().firstValue("retry-after").orElseThrow();
                    assertThat(answer.headers().firstValue("retry-after-ms"))
                            .hasValue(seconds + "000");
                }
            }
        }
    }

    @Test
    void aLinkThatIsLostBeforeTheFirstTokenHasAStatusAndMayHaveBegun() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.link().reset());

            for (String body : List.of(WHOLE, STREAMED)) {
                HttpResponse<String> answer = daemon.post(PATH, body);
                assertThat(answer.statusCode()).isEqualTo(502);
                assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
            }
        }
    }

    @Test
    void aWholeCompletionThatFailsInTheMiddleIsNotToBeSentAgain() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    message -> {
                        message.chunk("half");
                        message.error("overloaded", "no");
                    });
            HttpResponse<String> answer = daemon.post(PATH, WHOLE);
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
            assertThat(answer.body()).doesNotContain("half");
        }
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
    @ValueSource(strings = {WHOLE, STREAMED})
    void aClientThatLeavesBeforeTheFirstTokenStopsTheRuntimeAtOnce(String body) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, body);
            Request message = guest.take();

            answer.cancel(true);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
            message.numbered(1, "error", "{\"code\":\"cancelled\",\"message\":\"yes\"}");
            daemon.awaitMetric("culvert_exchanges_in_flight", 0);
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleDoesToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            try (CompletionReader completion = stream(daemon)) {
                half(guest, completion);
            }
            assertThat(guest.take().type()).isEqualTo("cancel");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {WHOLE, STREAMED})
    void aTurnThatIsToGoOnDoes(String body) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", PATH, body, "x-culvert-on-disconnect", "continue");
            Request message = guest.take();
            answer.cancel(true);
            daemon.awaitBody("/api/v1/turns/" + message.id(), "\"read_by\":[]");

            message.done(1, "yes");

            daemon.awaitBody("/api/v1/turns/" + message.id(), "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
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
