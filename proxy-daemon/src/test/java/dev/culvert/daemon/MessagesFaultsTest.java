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

/** Messages that fail: a client is never told that one is whole which is not. */
@Timeout(60)
@LoopCounts
class MessagesFaultsTest {
    private static final String PATH = "/v1/messages";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final String WHOLE = "{\"model\":\"a\"," + MESSAGES + "}";
    private static final String STREAMED = "{\"model\":\"a\",\"stream\":true," + MESSAGES + "}";

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static MessageReader stream(TestDaemon daemon) throws Exception {
        return new MessageReader(daemon.stream("POST", PATH, STREAMED));
    }

    private static Request half(ScriptedGuest guest, MessageReader events) throws Exception {
        Request message = guest.take();
        message.chunk("half");
        assertThat(events.next()).startsWith("message_start ");
        assertThat(events.next()).startsWith("content_block_start ");
        assertThat(events.next()).contains("half");
        return message;
    }

    /** An error of that type, and no end. */
    private static void assertBroken(MessageReader events, String type, String words) {
        List<String> rest = events.rest();
        assertThat(rest).hasSize(1);
        assertThat(rest.getFirst())
                .startsWith(
                        "error {\"type\":\"error\",\"error\":{\"type\":\""
                                + type
                                + "\",\"message\":\"")
                .contains(words)
                .contains("\"},\"request_id\":\"");
        assertThat(events.isBroken()).isTrue();
    }

    @Test
    void aLostLinkBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            half(guest, events).link().reset();
            assertBroken(events, "api_error", "was lost");
        }
    }

    @Test
    void aLinkThatIsClosedInOrderDoesToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            half(guest, events).link().shutdownOutput();
            assertBroken(events, "api_error", "was lost");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":1,\"done\":false}",
                "{\"done\":true}",
                "{\"content\":\"x\",\"content\":\"y\",\"done\":true}",
                "{\"content\":\"\",\"done\":true,\"tool_calls\":[1]}",
                "{\"content\":\"\",\"done\":false,\"reasoning\":1}"
            })
    void aMalformedChunkBreaksOffTheStream(String chunk) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            half(guest, events).reply("chunk", chunk);
            assertBroken(events, "api_error", "cannot be used");
        }
    }

    private static String call(int index, String members) {
        return "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":%d%s}]}"
                .formatted(index, members);
    }

    @Test
    void callsOfToolsThatAreMixedUpStopTheTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            Request message = guest.take();
            String arguments = ",\"function\":{\"arguments\":\"{\"}";
            message.reply("chunk", call(0, ",\"id\":\"t0\",\"function\":{\"name\":\"f\"}"));
            message.reply("chunk", call(1, ",\"id\":\"t1\",\"function\":{\"name\":\"g\"}"));
            assertThat(events.next()).startsWith("message_start ");
            assertThat(events.next()).startsWith("content_block_start ").contains("t0");
            assertThat(events.next()).startsWith("content_block_stop ");
            message.reply("chunk", call(0, arguments));

            assertBroken(events, "api_error", "tool call 0 after tool call 1");
            assertThat(guest.take().type()).isEqualTo("cancel");
        }
    }

    @Test
    void argumentsThatAreNoObjectMakeNoWholeMessage() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, WHOLE);
            Request message = guest.take();
            message.reply(
                    "chunk",
                    call(
                            0,
                            ",\"id\":\"t\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}"));
            message.chunk("and so on");

            assertThat(answer.get().statusCode()).isEqualTo(502);
            assertThat(answer.get().body())
                    .contains("\"type\":\"api_error\"")
                    .contains("the arguments of the tool 'f' are not a JSON object");
            assertThat(answer.get().headers().firstValue("x-should-retry")).hasValue("false");
            assertThat(guest.take().type()).isEqualTo("cancel");
        }
    }

    @Test
    void anErrorOfTheRuntimeBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            half(guest, events)
                    .reply(
                            "error",
                            "{\"code\":\"runtime_error\",\"message\":\"no\",\"status\":529}");
            assertBroken(events, "overloaded_error", "no");
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"error\"}", 1);
        }
    }

    @Test
    void aBlockedToolBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            half(guest, events).reply("tool_blocked", "{\"tool_name\":\"rm\",\"reason\":\"no\"}");
            assertBroken(events, "permission_error", "rm");
        }
    }

    @Test
    void anAgentThatFallsSilentBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"900ms\"},", guest);
                MessageReader events = stream(daemon)) {
            half(guest, events);
            assertBroken(events, "timeout_error", "took too long");
        }
    }

    @Test
    void aDaemonThatStopsBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            half(guest, events);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(daemon.daemon()::close);
            assertBroken(events, "overloaded_error", "shutting down");
            stopping.join();
        }
    }

    /** SHOULD says what clients are told of sending the request again, if anything. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'code':'runtime_error','status':429,'retry_after':7 | 429 | rate_limit_error      | -",
                "'code':'runtime_error','status':529                 | 529 | overloaded_error      | -",
                "'code':'runtime_error','status':503                 | 529 | overloaded_error      | -",
                "'code':'runtime_error','status':500                 | 502 | api_error             | -",
                "'code':'runtime_error','status':400                 | 400 | invalid_request_error | -",
                "'code':'runtime_error','status':413                 | 413 | request_too_large     | -",
                "'code':'runtime_error','status':401                 | 502 | api_error             | false",
                "'code':'runtime_error'                              | 502 | api_error             | false",
                "'code':'runtime_unreachable'                        | 502 | api_error             | -",
                "'code':'runtime_timeout'                            | 504 | timeout_error         | false",
                "'code':'stream_broken'                              | 502 | api_error             | false",
                "'code':'overloaded','retry_after':1                 | 529 | overloaded_error      | -",
                "'code':'draining'                                   | 529 | overloaded_error      | -",
                "'code':'invalid_payload'                            | 422 | invalid_request_error | -",
            })
    void whatFailsBeforeTheFirstTokenHasAStatus(
            String error, int status, String type, String should) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume");
                TestDaemon daemon = daemon(guest)) {
            String payload = "{" + error.replace('\'', '"') + ",\"message\":\"it is so\"}";
            guest.on("message", message -> message.numbered(1, "error", payload));

            for (String body : List.of(WHOLE, STREAMED)) {
                HttpResponse<String> answer = daemon.post(PATH, body);

                assertThat(answer.statusCode()).as(body).isEqualTo(status);
                assertThat(answer.body())
                        .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\"")
                        .contains("it is so");
                assertThat(answer.headers().firstValue("x-should-retry").orElse("-"))
                        .isEqualTo(should);
                assertThat(answer.headers().firstValue("x-culvert-turn")).isPresent();
                if (error.contains("retry_after")) {
                    assertThat(answer.headers().firstValue("retry-after")).isPresent();
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
            try (MessageReader events = stream(daemon)) {
                half(guest, events);
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
}
