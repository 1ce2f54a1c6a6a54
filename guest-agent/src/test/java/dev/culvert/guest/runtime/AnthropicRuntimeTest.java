package dev.culvert.guest.runtime;

import static dev.culvert.guest.runtime.ScriptedRuntime.answer;
import static dev.culvert.guest.runtime.ScriptedRuntime.encoded;
import static dev.culvert.guest.runtime.ScriptedRuntime.message;
import static dev.culvert.guest.runtime.ScriptedRuntime.messageStart;
import static dev.culvert.guest.runtime.ScriptedRuntime.messages;
import static dev.culvert.guest.runtime.ScriptedRuntime.messagesStream;
import static dev.culvert.guest.runtime.ScriptedRuntime.rawThenClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeTimeouts;
import dev.culvert.guest.runtime.ScriptedRuntime.Request;
import dev.culvert.guest.runtime.ScriptedRuntime.Script;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A runtime that speaks the Messages API, over real sockets. */
class AnthropicRuntimeTest {
    private static final RuntimeRequests REQUESTS =
            new RuntimeRequests(RuntimeKind.ANTHROPIC, null, 64, "2026-10-21", Set.of());

    private static final String STOP =
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}}";
    private static final String END = "{\"type\":\"message_stop\"}";
    private static final String PING = "{\"type\":\"ping\"}";

    @SuppressWarnings("NullAway.Init") // set by serve, with which every test begins
    private ScriptedRuntime server;

    @SuppressWarnings("NullAway.Init") // likewise
    private RuntimeDriver client;

    @AfterEach
    void closeBoth() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void isAskedInItsOwnFormAndWithItsOwnHeaders() throws Exception {
        serve(messages(message("Hello.")));
        RecordingListener listener = new RecordingListener();

        client.start(RuntimeDriver.BODY, Map.of("traceparent", "00-ab"), listener);
        GenerationEnd end = listener.awaitEnd();

        Request request = server.request();
        assertThat(request.line()).isEqualTo("POST /v1/messages HTTP/1.1");
        assertThat(request.headers())
                .containsEntry("x-api-key", "sk-secret")
                .containsEntry("authorization", "Bearer sk-secret")
                .containsEntry("anthropic-version", "2026-10-21")
                .containsEntry("traceparent", "00-ab");
        assertThat(request.body())
                .isEqualTo(
                        "{\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}],\"stream\":true}");
        assertThat(listener.told()).containsExactly("text Hello.", "end stop");
        assertThat(end.usageJson())
                .isEqualTo(
                        "{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12,\"prompt_tokens_details\":{\"cached_tokens\":3}}");
        assertThat(end.anthropicJson())
                .isEqualTo(
                        "{\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":7,\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":0,\"output_tokens\":2}}");
    }

    @Test
    void keepsItsConnectionForTheNextTurn() throws Exception {
        serve(messages(message("one")), messages(message("two")));

        client.ask().awaitEnd();
        RecordingListener second = client.ask();
        second.awaitEnd();

        assertThat(second.text()).isEqualTo("two");
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void thinkingToolsAndWhatHasNoPlaceElsewhereKeepTheirOrder() throws Exception {
        serve(
                messages(
                        messageStart(),
                        PING,
                        begin(0, "{'type':'thinking','thinking':'','signature':''}"),
                        delta(0, "{'type':'thinking_delta','thinking':'Let me '}"),
                        delta(0, "{'type':'thinking_delta','thinking':'see.'}"),
                        delta(0, "{'type':'signature_delta','signature':'EqQB'}"),
                        stop(0),
                        begin(1, "{'type':'redacted_thinking','data':'Emw'}"),
                        stop(1),
                        begin(2, "{'type':'text','text':''}"),
                        delta(2, "{'type':'text_delta','text':'Reading.'}"),
                        delta(2, "{'type':'citations_delta','citation':{'cited_text':'x'}}"),
                        stop(2),
                        begin(3, "{'type':'tool_use','id':'toolu_1','name':'read','input':{}}"),
                        delta(3, "{'type':'input_json_delta','partial_json':''}"),
                        delta(3, "{'type':'input_json_delta','partial_json':'{\\'a\\':'}"),
                        delta(3, "{'type':'input_json_delta','partial_json':'\\'\\u00e9\\'}'}"),
                        stop(3),
                        PING,
                        begin(4, "{'type':'tool_use','id':'toolu_2','name':'list','input':{}}"),
                        stop(4),
                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":40}}",
                        END));
        RecordingListener listener = client.ask();

        listener.awaitEnd();

        assertThat(listener.told())
                .containsExactly(
                        "reasoning Let me ",
                        "reasoning see.",
                        json("anthropic {'delta':{'type':'signature_delta','signature':'EqQB'}}"),
                        json(
                                "anthropic {'content_block':{'type':'redacted_thinking','data':'Emw'}}"),
                        "text Reading.",
                        json(
                                "anthropic {'delta':{'type':'citations_delta','citation':{'cited_text':'x'}}}"),
                        "tool read",
                        json(
                                "fragment [{'index':0,'id':'toolu_1','type':'function','function':{'name':'read','arguments':''}}]"),
                        json("fragment [{'index':0,'function':{'arguments':'{\\'a\\':'}}]"),
                        json("fragment [{'index':0,'function':{'arguments':'\\'\u00e9\\'}'}}]"),
                        "tool list",
                        json(
                                "fragment [{'index':1,'id':'toolu_2','type':'function','function':{'name':'list','arguments':''}}]"),
                        json("fragment [{'index':1,'function':{'arguments':'{}'}}]"),
                        "end tool_calls");
    }

    @Test
    void aToolOfTheRuntimesOwnIsNamedTooBeforeAnyPartOfItsCall() throws Exception {
        serve(
                messages(
                        messageStart(),
                        begin(
                                0,
                                "{'type':'server_tool_use','id':'s','name':'web_search','input':{}}"),
                        delta(0, "{'type':'input_json_delta','partial_json':'{}'}"),
                        stop(0),
                        begin(
                                1,
                                "{'type':'web_search_tool_result','tool_use_id':'s','content':[]}"),
                        stop(1),
                        STOP,
                        END));
        RecordingListener listener = client.ask();

        listener.awaitEnd();

        assertThat(listener.told())
                .containsExactly(
                        "tool web_search",
                        json(
                                "anthropic {'content_block':{'type':'server_tool_use','id':'s','name':'web_search','input':{}}}"),
                        json("anthropic {'delta':{'type':'input_json_delta','partial_json':'{}'}}"),
                        json(
                                "anthropic {'content_block':{'type':'web_search_tool_result','tool_use_id':'s','content':[]}}"),
                        "end stop");
    }

    @ParameterizedTest
    @CsvSource({"tool_use", "server_tool_use", "mcp_tool_use"})
    void handsOnNothingOfAToolThatIsRefused(String type) throws Exception {
        serve(
                messages(
                        messageStart(),
                        begin(0, "{'type':'" + type + "','id':'t','name':'rm','input':{'x':1}}"),
                        delta(0, "{'type':'input_json_delta','partial_json':'{}'}"),
                        stop(0),
                        begin(1, "{'type':'text','text':'after'}"),
                        stop(1),
                        STOP,
                        END));
        RecordingListener listener =
                new RecordingListener() {
                    @Override
                    public void onToolCall(String tool) {
                        super.onToolCall(tool);
                        generation().abort();
                    }
                };

        client.start(listener);
        server.awaitCloseByClient();
        client.onLoop(() -> {}); // whatever the loop was about to tell is told

        assertThat(listener.told()).containsExactly("tool rm");
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, stop",
        "stop_sequence, stop",
        "pause_turn, stop",
        "max_tokens, length",
        "model_context_window_exceeded, length",
        "tool_use, tool_calls",
        "refusal, content_filter",
        "later_reason, later_reason"
    })
    void itsReasonToStopIsSaidInOpenAisWords(String reason, String finish) throws Exception {
        String[] events = message("x");
        events[4] = events[4].replace("end_turn", reason);
        serve(messages(events));

        GenerationEnd end = client.ask().awaitEnd();

        assertThat(end.finishReason()).isEqualTo(finish);
        assertThat(end.anthropicJson()).startsWith("{\"stop_reason\":\"" + reason + "\",");
    }

    @Test
    void aRefusalWithoutWordsIsAnEndAndNotAnEmptyAnswer() throws Exception {
        serve(messages(messageStart(), STOP.replace("end_turn", "refusal"), END));

        assertThat(client.ask().awaitEnd().finishReason()).isEqualTo("content_filter");
    }

    @Test
    void aMessageWithoutWordsIsAnEmptyAnswer() throws Exception {
        serve(messages(messageStart(), STOP, END));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.EMPTY_RESPONSE);
        assertThat(failure.message()).contains("stop_reason end_turn");
    }

    @Test
    void whatItWillKnowLaterIsPassedOver() throws Exception {
        serve(
                messages(
                        messageStart(),
                        "{\"type\":\"weather\",\"index\":{}}".replace("{}", "3"),
                        begin(0, "{'type':'text','text':'a','more':[1]}"),
                        delta(0, "{'type':'later_delta','text':'b'}"),
                        stop(0),
                        STOP,
                        END));
        RecordingListener listener = client.ask();

        listener.awaitEnd();

        assertThat(listener.told())
                .containsExactly(
                        "text a",
                        json("anthropic {'delta':{'type':'later_delta','text':'b'}}"),
                        "end stop");
    }

    @Test
    void understandsAWholeMessage() throws Exception {
        serve(
                answer(
                        200,
                        "application/json",
                        json(
                                "{'type':'message','role':'assistant','content':["
                                        + "{'type':'thinking','thinking':'hm','signature':'sig'},"
                                        + "{'type':'text','text':'plain'},"
                                        + "{'type':'tool_use','id':'t','name':'f','input':{'a':1}}],"
                                        + "'stop_reason':'tool_use','stop_sequence':null,'usage':{'input_tokens':1,'output_tokens':2}}")));
        RecordingListener listener = client.ask();

        GenerationEnd end = listener.awaitEnd();

        assertThat(listener.told())
                .containsExactly(
                        "reasoning hm",
                        json("anthropic {'delta':{'type':'signature_delta','signature':'sig'}}"),
                        "text plain",
                        "tool f",
                        json(
                                "fragment [{'index':0,'id':'t','type':'function','function':{'name':'f','arguments':''}}]"),
                        json("fragment [{'index':0,'function':{'arguments':'{\\'a\\':1}'}}]"),
                        "end tool_calls");
        assertThat(end.anthropicJson())
                .isEqualTo(
                        json(
                                "{'stop_reason':'tool_use','stop_sequence':null,'usage':{'input_tokens':1,'output_tokens':2}}"));
    }

    static Stream<Arguments> failures() {
        String one = begin(0, "{'type':'text','text':'x'}");
        return Stream.of(
                broken("without message_stop", messageStart(), one, stop(0), STOP),
                broken("without message_stop", messageStart(), one),
                broken("without message_stop"),
                broken("not valid JSON", messageStart(), "{\"type\":\"content_block_start\",]"),
                broken("not valid JSON", messageStart(), "{} {}"),
                bad("has no 'type'", "{}"),
                bad("must be an object", "[]"),
                bad("a content_block_start that does not follow", one),
                bad("a content_block_start that does not follow", messageStart(), one, one),
                bad("a second message_start", messageStart(), messageStart()),
                bad("without an index", messageStart(), one.replace("\"index\":0,", "")),
                bad("'index' must be", messageStart(), one.replace(":0,", ":\"0\",")),
                bad(
                        "without a content_block",
                        messageStart(),
                        "{\"type\":\"content_block_start\",\"index\":0}"),
                bad("a content block must be", messageStart(), begin(0, "7")),
                bad("a content block without a type", messageStart(), begin(0, "{}")),
                bad(
                        "a call of a tool without a name",
                        messageStart(),
                        begin(0, "{'type':'tool_use','id':'t'}")),
                bad(
                        "of a block that has not begun",
                        messageStart(),
                        delta(0, "{'type':'text_delta','text':'x'}")),
                bad(
                        "of a block that has not begun",
                        messageStart(),
                        one,
                        delta(1, "{'type':'text_delta','text':'x'}")),
                bad("of a block that has not begun", messageStart(), stop(0)),
                bad(
                        "does not fit its content block",
                        messageStart(),
                        one,
                        delta(0, "{'type':'input_json_delta','partial_json':'{}'}")),
                bad(
                        "does not fit its content block",
                        messageStart(),
                        one,
                        delta(0, "{'type':'text_delta'}")),
                bad(
                        "'text' must be",
                        messageStart(),
                        one,
                        delta(0, "{'type':'text_delta','text':7}")),
                bad("a content_block_delta without a type", messageStart(), one, delta(0, "{}")),
                bad("'delta' must be", messageStart(), one, delta(0, "null")),
                bad("'usage' must be", messageStart(), STOP.replace("{\"output_tokens\":9}", "7")),
                bad("a message_delta before message_start", STOP),
                bad("a message_stop before message_start", END),
                bad("a message_stop inside a content block", messageStart(), one, END));
    }

    private static Arguments broken(String why, String... events) {
        return Arguments.of(ErrorCode.STREAM_BROKEN, why, List.of(events));
    }

    private static Arguments bad(String why, String... events) {
        return Arguments.of(ErrorCode.RUNTIME_ERROR, why, List.of(events));
    }

    @ParameterizedTest(name = "{1} {2}")
    @MethodSource("failures")
    void whatIsNoWholeMessageIsAFailure(ErrorCode code, String why, List<String> events)
            throws Exception {
        List<String> andThenTheRest = new ArrayList<>(events);
        if (code != ErrorCode.STREAM_BROKEN) {
            andThenTheRest.addAll(List.of(message("never")));
        }
        serve(messages(andThenTheRest.toArray(String[]::new)));
        RecordingListener listener = client.ask();

        RuntimeFailure failure = listener.awaitFailure();

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.message()).contains(why);
        assertThat(listener.told().getLast()).startsWith("failure ");
        assertThat(listener.text()).doesNotContain("never");
    }

    @ParameterizedTest
    @CsvSource({
        "overloaded_error, 529",
        "rate_limit_error, 429",
        "api_error, 500",
        "invalid_request_error, 400",
        "authentication_error, 401",
        "permission_error, 403",
        "not_found_error, 404",
        "request_too_large, 413",
        "timeout_error, 504",
        "later_error, 0"
    })
    void anErrorInsideASuccessHasTheStatusOfItsType(String type, int status) throws Exception {
        String error =
                json(
                        "{'type':'error','error':{'type':'"
                                + type
                                + "','message':'No\\u001b[31m room'}}");
        serve(
                messages(messageStart(), begin(0, "{'type':'text','text':'x'}"), error, END),
                answer(200, "application/json", error));
        RecordingListener streamed = client.ask();

        RuntimeFailure failure = streamed.awaitFailure();
        RuntimeFailure whole = client.ask().awaitFailure();

        assertThat(streamed.text()).isEqualTo("x");
        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.message()).contains(type + ": No\\u001b[31m room");
        assertThat(whole).isEqualTo(failure);
    }

    @Test
    void aRefusalBringsItsStatusItsWordsAndTheTimeToWait() throws Exception {
        serve(connection ->
                connection.write(
                        "HTTP/1.1 529 Overloaded\r\nRetry-After: 3\r\nContent-Length: 72\r\n\r\n"
                                + json(
                                        "{'type':'error','error':{'type':'overloaded_error','message':'Busy'}}   ")));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.status()).isEqualTo(529);
        assertThat(failure.retryAfterSeconds()).isEqualTo(3);
        assertThat(failure.message()).contains("Busy", "try again in 3 s");
    }

    @Test
    void aRuntimeOfTheOtherKindIsFoundOut() throws Exception {
        serve(
                answer(404, "application/json", "{}"),
                answer(200, "application/json", "{\"choices\":[{\"text\":\"x\"}]}"),
                messages("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}"));

        assertThat(client.ask().awaitFailure().message())
                .contains("POST /v1/messages", "--runtime-kind");
        assertThat(client.ask().awaitFailure().message())
                .contains("neither an event stream nor a message", "--runtime-kind");
        assertThat(client.ask().awaitFailure().message()).contains("--runtime-kind");
    }

    @Test
    void aConnectionThatBreaksInTheMiddleIsAFailure() throws Exception {
        String[] events = message("x");
        serve(rawThenClose(messagesStream(events[0], events[1], events[2])));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.STREAM_BROKEN);
        assertThat(failure.message()).contains("the connection was closed");
    }

    @Test
    void pingsKeepNoTurnAlive() throws Exception {
        server =
                new ScriptedRuntime(connection -> {
                    connection.write(messagesStream(messageStart()));
                    for (int i = 0; i < 100; i++) {
                        connection.write(encoded("event: ping\ndata: {\"type\":\"ping\"}\n\n"));
                        connection.pause(Duration.ofMillis(100));
                    }
                });
        client =
                RuntimeDriver.ofAnthropic(
                        server.base(),
                        REQUESTS,
                        RuntimeDriver.idle(Duration.ofMillis(400)),
                        RuntimeLimits.DEFAULTS);

        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.RUNTIME_TIMEOUT);
    }

    @Test
    void anEndlessStreamOfPingsIsAnErrorOfTheRuntime() throws Exception {
        String ping = encoded("event: ping\ndata: {\"type\":\"ping\"}\n\n".repeat(100));
        serve(connection -> {
            connection.write(messagesStream(messageStart()));
            while (true) {
                connection.write(ping);
            }
        });

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.message()).contains("without an event of the answer");
    }

    @Test
    void anAnswerThatIsTooLargeIsAFailureWhateverItConsistsOf() throws Exception {
        RuntimeLimits small = new RuntimeLimits(600, 1024, 8);
        String blob = "A".repeat(500);
        String redacted = "{'type':'redacted_thinking','data':'" + blob + "'}";
        server =
                new ScriptedRuntime(
                        messages(
                                messageStart(),
                                begin(0, redacted),
                                stop(0),
                                begin(1, redacted),
                                stop(1)));
        client =
                RuntimeDriver.ofAnthropic(server.base(), REQUESTS, RuntimeTimeouts.DEFAULTS, small);

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RESPONSE_TOO_LARGE);
        assertThat(failure.message()).contains("--max-answer-bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'redacted_thinking','\\ud800':1}   | {}",
                "{'type':'text','text':'x'}                  | {'\\udc00':1}"
            })
    void whatWouldMakeTheHostCloseTheLinkOfAllTurnsEndsOnlyThisOne(String block, String usage)
            throws Exception {
        serve(
                messages(
                        messageStart(),
                        begin(0, block),
                        stop(0),
                        STOP.replace("{\"output_tokens\":9}", json(usage)),
                        END));

        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.STREAM_BROKEN);
    }

    @Test
    void aRequestThatCannotBeSaidNeverReachesIt() throws Exception {
        serve(messages(message("x")));
        RecordingListener listener = new RecordingListener();

        client.start(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"n\":2}",
                Map.of(),
                listener);
        RuntimeFailure failure = listener.awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_PAYLOAD);
        assertThat(failure.message()).contains("'n' is not possible");
        assertThat(server.connections()).isZero();
    }

    private void serve(Script first, Script... more) throws IOException {
        server = new ScriptedRuntime(first, more);
        client =
                RuntimeDriver.ofAnthropic(
                        server.base(), REQUESTS, RuntimeTimeouts.DEFAULTS, RuntimeLimits.DEFAULTS);
    }

    private static String begin(int index, String block) {
        return "{\"type\":\"content_block_start\",\"index\":"
                + index
                + ",\"content_block\":"
                + json(block)
                + "}";
    }

    private static String delta(int index, String delta) {
        return "{\"type\":\"content_block_delta\",\"index\":"
                + index
                + ",\"delta\":"
                + json(delta)
                + "}";
    }

    private static String stop(int index) {
        return "{\"type\":\"content_block_stop\",\"index\":" + index + "}";
    }

    private static String json(String single) {
        return single.replace('\'', '"');
    }
}
