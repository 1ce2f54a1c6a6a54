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

/** Messages that fail: a client is never told that one is whole which is not. */
@Timeout(60)
@LoopCounts
class MessagesFaultsTest implements FaultsContract {
    private static final String PATH = "/v1/messages";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final String WHOLE = "{\"model\":\"a\"," + MESSAGES + "}";
    private static final String STREAMED = "{\"model\":\"a\",\"stream\":true," + MESSAGES + "}";

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
    public String told(Fault fault) {
        String type =
                switch (fault) {
                    case REFUSAL_OF_THE_RUNTIME -> "rate_limit_error";
                    case BLOCKED_TOOL -> "permission_error";
                    case SILENCE -> "timeout_error";
                    case RESTART_OF_THE_DAEMON -> "overloaded_error";
                    default -> "api_error";
                };
        return "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"".formatted(type);
    }

    @Override
    public int status(Fault fault) {
        return fault == Fault.RESTART_OF_THE_DAEMON ? 529 : fault.status();
    }

    @Override
    public boolean isKeepalive(String line) {
        return line.equals("event: ping");
    }

    @Override
    public boolean isEnd(String event) {
        return event.startsWith("message_stop ");
    }

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static String call(int index, String members) {
        return "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":%d%s}]}"
                .formatted(index, members);
    }

    @Test
    void callsOfToolsThatAreMixedUpStopTheTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest);
                MessageReader events = new MessageReader(daemon.stream("POST", PATH, STREAMED))) {
            Request message = guest.take();
            String arguments = ",\"function\":{\"arguments\":\"{\"}";
            message.reply("chunk", call(0, ",\"id\":\"t0\",\"function\":{\"name\":\"f\"}"));
            message.reply("chunk", call(1, ",\"id\":\"t1\",\"function\":{\"name\":\"g\"}"));
            assertThat(events.next()).startsWith("message_start ");
            assertThat(events.next()).startsWith("content_block_start ").contains("t0");
            assertThat(events.next()).startsWith("content_block_stop ");
            message.reply("chunk", call(0, arguments));

            List<String> rest = events.rest();
            assertThat(rest).hasSize(1);
            assertThat(rest.getFirst())
                    .startsWith("error {\"type\":\"error\",\"error\":{\"type\":\"api_error\"")
                    .contains("tool call 0 after tool call 1", "\"},\"request_id\":\"");
            assertThat(events.isBroken()).isTrue();
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
        assertRefused(
                error, status, "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\"", should);
    }
}
