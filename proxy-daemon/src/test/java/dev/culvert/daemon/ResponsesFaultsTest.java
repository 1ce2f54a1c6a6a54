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

/** Responses that fail: a client is never told that one is whole which is not. */
@Timeout(60)
@LoopCounts
class ResponsesFaultsTest {
    private static final String PATH = "/v1/responses";
    private static final String WHOLE = "{\"model\":\"a\",\"input\":\"hi\"}";
    private static final String STREAMED = "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}";

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static RawEvents stream(TestDaemon daemon) throws Exception {
        return new RawEvents(daemon, PATH, STREAMED);
    }

    private static Request half(ScriptedGuest guest, RawEvents events) throws Exception {
        Request message = guest.take();
        message.chunk("half");
        while (!events.next().startsWith("response.output_text.delta")) {
            // those before it
        }
        return message;
    }

    /** Half an answer, then its failure and an error, and no end. */
    private static void assertBroken(RawEvents events, String code, String type) throws Exception {
        List<String> rest = events.rest();
        assertThat(rest).hasSize(2);
        assertThat(rest.getFirst())
                .startsWith("response.failed {\"type\":\"response.failed\",\"sequence_number\":5,")
                .contains("\"status\":\"failed\",\"error\":{\"code\":\"")
                .contains("\"status\":\"incomplete\",\"role\":\"assistant\"")
                .contains("\"text\":\"half\"");
        assertThat(rest.getLast())
                .startsWith("error {\"type\":\"error\",\"sequence_number\":6,\"code\":\"")
                .contains("\"param\":null,\"error\":{\"message\":\"")
                .endsWith("\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}".formatted(type, code));
        assertThat(events.isBroken()).isTrue();
    }

    @Test
    void aLostLinkBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = stream(daemon)) {
            half(guest, events).link().reset();
            assertBroken(events, "link_lost", "server_error");
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
                RawEvents events = stream(daemon)) {
            half(guest, events).reply("chunk", chunk);
            assertBroken(events, "bad_answer", "server_error");
        }
    }

    @Test
    void aCallThatGoesOnAfterItsEndBreaksOffTheStream() throws Exception {
        String call =
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,%s\"function\":{\"arguments\":\"{\"}}]}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = stream(daemon)) {
            Request message = guest.take();
            message.reply("chunk", call.formatted("\"id\":\"c\","));
            message.chunk("and");
            message.reply("chunk", call.formatted(""));
            List<String> all = events.rest();
            assertThat(all.getLast()).startsWith("error ").contains("\"code\":\"bad_answer\"");
            assertThat(events.isBroken()).isTrue();
        }
    }

    @Test
    void anErrorOfTheRuntimeBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = stream(daemon)) {
            half(guest, events)
                    .reply(
                            "error",
                            "{\"code\":\"runtime_error\",\"message\":\"no\",\"status\":429}");
            assertBroken(events, "rate_limit_exceeded", "rate_limit_error");
        }
    }

    @Test
    void aBlockedToolBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = stream(daemon)) {
            half(guest, events).reply("tool_blocked", "{\"tool_name\":\"rm\",\"reason\":\"no\"}");
            assertBroken(events, "tool_blocked", "permission_error");
        }
    }

    @Test
    void anAgentThatFallsSilentBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"200ms\"},", guest);
                RawEvents events = stream(daemon)) {
            half(guest, events);
            assertBroken(events, "timed_out", "server_error");
        }
    }

    @Test
    void aDaemonThatStopsBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = stream(daemon)) {
            half(guest, events);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(daemon.daemon()::close);
            assertBroken(events, "draining", "server_error");
            stopping.join();
        }
    }

    @Test
    void anAnswerThatIsTooLargeToBeRepeatedBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"turns\": {\"max_answer_bytes\": 10},", guest);
                RawEvents events = stream(daemon)) {
            half(guest, events).chunk("and more than ten bytes");
            assertThat(events.rest().getLast())
                    .startsWith("error ")
                    .contains("turns.max_answer_bytes", "Ask for less.")
                    .doesNotContain("update the agent");
            assertThat(events.isBroken()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "overloaded      | 429 | rate_limit_error      | rate_limit_exceeded",
                "runtime_error   | 502 | server_error          | runtime_error",
                "invalid_payload | 422 | invalid_request_error | invalid_payload",
            })
    void whatFailsBeforeTheFirstTokenHasAStatus(String error, int status, String type, String code)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.error(error, "it is so"));
            for (String body : List.of(WHOLE, STREAMED)) {
                HttpResponse<String> answer = daemon.post(PATH, body);
                assertThat(answer.statusCode()).as(body).isEqualTo(status);
                assertThat(answer.body())
                        .contains("it is so")
                        .endsWith(
                                "\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}"
                                        .formatted(type, code));
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
        }
    }

    @Test
    void aSilentStreamIsKeptAlive() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"sse\": {\"keepalive\": \"20ms\"},", guest);
                EventReader events = daemon.stream("POST", PATH, STREAMED)) {
            guest.take();
            int comments = 0;
            while (comments < 2) {
                comments += ":".equals(events.line()) ? 1 : 0;
            }
            assertThat(events.status()).isEqualTo(200);
        }
    }

    @Test
    void anAgentThatIsNotThereAndAToolThatNoRuntimeHasAreMistakesOfTheClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> unknown =
                    daemon.post(PATH, "{\"model\":\"nobody\",\"input\":\"x\"}");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("\"code\":\"model_not_found\"");

            HttpResponse<String> tool =
                    daemon.post(
                            PATH,
                            "{\"model\":\"a\",\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]}");
            assertThat(tool.statusCode()).isEqualTo(400);
            assertThat(tool.body()).contains("\"param\":\"tools[0].type\"");
            assertThat(guest.seen("message")).isEmpty();
        }
    }
}
