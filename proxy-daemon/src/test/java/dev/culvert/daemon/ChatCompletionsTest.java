package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /v1/chat/completions}: what goes to the agent, and what clients are answered. */
@Timeout(60)
@LoopCounts
class ChatCompletionsTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final String WHOLE = "{\"model\":\"a\"," + MESSAGES + "}";
    private static final String STREAMED = "{\"model\":\"a\"," + MESSAGES + ",\"stream\":true}";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + ",", guest);
    }

    private static CompletionReader stream(TestDaemon daemon, String body, String... headers)
            throws Exception {
        return new CompletionReader(daemon.stream("POST", PATH, body, headers));
    }

    /** Without what differs from one completion to the next. */
    private static String plain(String completion) {
        return completion
                .replaceFirst("\"id\":\"chatcmpl-[!-~]{16}\"", "\"id\":ID")
                .replaceFirst("\"created\":[0-9]{10},", "\"created\":TIME,");
    }

    private static List<String> plain(List<String> data) {
        return data.stream().map(ChatCompletionsTest::plain).toList();
    }

    private static String chunk(String choices) {
        return chunk(choices, "");
    }

    private static String chunk(String choices, String more) {
        return "{\"id\":ID,\"object\":\"chat.completion.chunk\",\"created\":TIME,\"model\":\"a\",\"choices\":["
                + choices
                + "]"
                + more
                + "}";
    }

    private static String delta(String members) {
        return "{\"index\":0,\"delta\":{" + members + "},\"finish_reason\":null}";
    }

    private static String end(String reason) {
        return "{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}";
    }

    @Test
    void streamsTheRoleTheTextTheReasonAndTheEnd() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, STREAMED)) {
            Request message = guest.take();
            message.chunk("Hel\\u006co \\\"you\\\"");
            message.chunk("!");
            message.reply(
                    "chunk",
                    "{\"content\":\"\",\"done\":true,\"finish_reason\":\"length\",\"usage\":{\"prompt_tokens\":1}}");

            assertThat(completion.status()).isEqualTo(200);
            assertThat(completion.header("content-type")).isEqualTo("text/event-stream");
            assertThat(completion.header("x-culvert-turn")).isEqualTo(message.id());
            assertThat(completion.header("x-request-id")).isNotEmpty();
            assertThat(plain(completion.rest()))
                    .containsExactly(
                            chunk(delta("\"role\":\"assistant\",\"content\":\"\"")),
                            chunk(delta("\"content\":\"Hel\\u006co \\\"you\\\"\"")),
                            chunk(delta("\"content\":\"!\"")),
                            chunk(end("length")),
                            "[DONE]");
            assertThat(completion.isBroken()).isFalse();
        }
    }

    /** Some clients split at empty lines, and read of each part the first line only. */
    @Test
    void anEventIsOneLineAndNothingComesBeforeTheFirst() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, STREAMED)) {
            guest.take().done("x");
            assertThat(completion.line()).startsWith("data: {");
            assertThat(completion.line()).isEmpty();
            assertThat(completion.line()).startsWith("data: {");
        }
    }

    @Test
    void eachChunkIsThereBeforeTheNextIsSent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, STREAMED)) {
            Request message = guest.take();
            assertThat(completion.next()).contains("\"role\":\"assistant\"");
            for (int i = 0; i < 10; i++) {
                message.chunk("chunk " + i);
                assertThat(completion.next()).contains("\"chunk " + i + "\"");
            }
        }
    }

    @Test
    void aClientThatAsksForTheUsageGetsItLast() throws Exception {
        String body =
                "{\"stream_options\": {\"include_usage\": true}, \"stream\":true,"
                        + MESSAGES
                        + ",\"model\":\"a\"}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, body)) {
            guest.take()
                    .reply(
                            "chunk",
                            "{\"content\":\"x\",\"done\":true,\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":9,\n\"completion_tokens\":2}}");

            String none = ",\"usage\":null";
            assertThat(plain(completion.rest()))
                    .containsExactly(
                            chunk(delta("\"role\":\"assistant\",\"content\":\"\""), none),
                            chunk(delta("\"content\":\"x\""), none),
                            chunk(end("stop"), none),
                            chunk("", ",\"usage\":{\"prompt_tokens\":9, \"completion_tokens\":2}"),
                            "[DONE]");
            daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", 9);
        }
    }

    @Test
    void toolCallsAreStreamedAsTheyCame() throws Exception {
        String first =
                "[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"read\",\"arguments\":\"\"}}]";
        String second = "[{\"index\":0, \"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}]";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, STREAMED)) {
            Request message = guest.take();
            for (String calls : List.of(first, second)) {
                message.reply(
                        "chunk", "{\"content\":\"\",\"done\":false,\"tool_calls\":" + calls + "}");
            }
            message.done("");

            assertThat(plain(completion.rest()))
                    .containsExactly(
                            chunk(delta("\"role\":\"assistant\",\"content\":\"\"")),
                            chunk(delta("\"tool_calls\":" + first)),
                            chunk(delta("\"tool_calls\":" + second)),
                            chunk(end("tool_calls")),
                            "[DONE]");
        }
    }

    @Test
    void aToolCallWithoutAnIndexGetsOne() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, STREAMED)) {
            guest.take()
                    .reply(
                            "chunk",
                            "{\"content\":\"\",\"done\":true,\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]}");

            assertThat(completion.rest().get(1))
                    .contains(
                            "\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]");
        }
    }

    @Test
    void reasoningHasItsOwnPlace() throws Exception {
        String thought = "{\"content\":\"\",\"done\":false,\"reasoning\":\"hm\"}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader completion = stream(daemon, STREAMED)) {
            Request message = guest.take();
            message.reply("chunk", thought);
            message.done("yes");

            assertThat(plain(completion.rest()).subList(1, 3))
                    .containsExactly(
                            chunk(delta("\"reasoning_content\":\"hm\"")),
                            chunk(delta("\"content\":\"yes\"")));

            guest.on(
                    "message",
                    asked -> {
                        asked.reply("chunk", thought);
                        asked.reply("chunk", thought);
                        asked.done("yes");
                    });
            assertThat(daemon.post(PATH, WHOLE).body())
                    .contains("\"content\":\"yes\",\"reasoning_content\":\"hmhm\"}");
        }
    }

    private String whole(TestDaemon daemon, String body) throws Exception {
        HttpResponse<String> answer = daemon.post(PATH, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("x-culvert-turn")).isPresent();
        return plain(answer.body());
    }

    private static String completion(String message, String more) {
        return "{\"id\":ID,\"object\":\"chat.completion\",\"created\":TIME,\"model\":\"a\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"refusal\":null,\"content\":"
                + message
                + "},\"logprobs\":null,\"finish_reason\":"
                + more
                + "}";
    }

    @Test
    void answersWithTheWholeCompletion() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    message -> {
                        message.chunk("a\\n");
                        message.reply(
                                "chunk",
                                "{\"content\":\"b\",\"done\":true,\"finish_reason\":\"length\",\"usage\":{\"total_tokens\":1}}");
                    });

            assertThat(whole(daemon, WHOLE))
                    .isEqualTo(
                            completion("\"a\\nb\"", "\"length\"}],\"usage\":{\"total_tokens\":1}"));
        }
    }

    @Test
    void anAnswerThatSaysNoMoreEndsWithStop() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done(""));
            assertThat(whole(daemon, WHOLE)).isEqualTo(completion("\"\"", "\"stop\"}]"));
        }
    }

    @Test
    void toolCallsAreJoinedFromTheirFragmentsAndHaveNoContent() throws Exception {
        List<String> fragments =
                List.of(
                        "{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"re\",\"arguments\":\"\"}}",
                        "{\"index\":0,\"function\":{\"name\":\"ad\",\"arguments\":\"{\\\"a\"}}",
                        "{\"index\":0,\"function\":{\"arguments\":\"\\\":\\\"\\u00e9\\\"}\"}},{\"index\":1,\"id\":\"c2\",\"function\":{\"name\":\"ls\",\"arguments\":\"{}\"}}",
                        "{\"index\":1,\"id\":\"c3\",\"function\":{\"name\":\"ls\"}}");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    message -> {
                        for (String fragment : fragments) {
                            message.reply(
                                    "chunk",
                                    "{\"content\":\"\",\"done\":false,\"tool_calls\":["
                                            + fragment
                                            + "]}");
                        }
                        message.done("");
                    });

            String call =
                    "{\"id\":\"%s\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}}";
            assertThat(whole(daemon, WHOLE))
                    .isEqualTo(
                            completion(
                                    "null,\"tool_calls\":["
                                            + String.join(
                                                    ",",
                                                    call.formatted(
                                                            "c1",
                                                            "read",
                                                            "{\\\"a\\\":\\\"\\u00e9\\\"}"),
                                                    call.formatted("c2", "ls", "{}"),
                                                    call.formatted("c3", "ls", ""))
                                            + "]",
                                    "\"tool_calls\"}]"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'model':'a',M,'stream':true,'x':1e400} | { M,'stream':true,'x':1e400}",
                "{M, 'stream':true , 'model' : 'a'}      | {M, 'stream':true }",
                "{M,'model':'a' , 'stream':true}         | {M , 'stream':true}",
                "{'model':'default/a',M,'stream':true}   | { M,'stream':true}",
                "{M,'m\\u006fdel':'\\u0061','stream':true}  | {M ,'stream':true}",
                "{M,'model':'a'}                         | {'stream_options':{'include_usage':true},M }",
                "{M,'model':'a','stream_options':null}   | {M ,'stream_options':null}",
            })
    void theBodyReachesTheAgentAsItCameButForTheModel(String body, String payload)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("ok"));

            HttpResponse<String> answer = daemon.post(PATH, json(body));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            String sent = guest.seen("message").getFirst();
            assertThat(sent.replaceAll(" +", " ")).isEqualTo(json(payload).replaceAll(" +", " "));
            assertThat(sent).hasSizeGreaterThanOrEqualTo(json(body).length());
        }
    }

    /** A large body is checked while it arrives. */
    @Test
    void soDoesALargeBody() throws Exception {
        String words =
                "\"messages\":[{\"role\":\"user\",\"content\":\"" + "é".repeat(700_000) + "\"}]";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("ok"));

            HttpResponse<String> answer =
                    daemon.post(PATH, "{" + words + ",\"model\":\"a\",\"stream\":true}");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(guest.seen("message").getFirst().replaceAll(" +", " "))
                    .isEqualTo("{" + words + " ,\"stream\":true}");
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"').replaceFirst("M", MESSAGES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{M}                               | model          | 'model' is missing",
                "{M,'model':7}                     | model          | must be a string",
                "{M,'model':'a','model':'a'}       | model          | twice",
                "{'model':'a'}                     | messages       | 'messages' is missing",
                "{'model':'a','messages':'hi'}     | messages       | must be a list",
                "{'model':'a','messages':[{}],'stream_options':5} | stream_options | must be an object",
                "{'model':'a','messages':[ ]}      | messages       | is empty",
                "{'model':'a',M,'messages':[]}     | messages       | twice",
                "{'model':'a',M,'stream':'yes'}    | stream         | true or false",
                "{'model':'a',M,'stream_options':{'include_usage':true}} | stream_options | only with",
                "{'model':'a',M,'n':2}             | n              | one answer",
                "{'model':'a',M,'logprobs':true}   | logprobs       | must be false",
                "{'model':'a',M,'audio':{}}        | audio          | text",
            })
    void aMistakeIsAStatusThatNamesTheParameter(String body, String param, String sentence)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.post(PATH, json(body));

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body())
                    .startsWith("{\"error\":{\"message\":\"")
                    .contains(sentence)
                    .endsWith(
                            "\"type\":\"invalid_request_error\",\"param\":\""
                                    + param
                                    + "\",\"code\":null}}");
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void whatIsNoJsonObjectIsRefusedInTheSameShape() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.post(PATH, "{\"model\":\"a\",}");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.body())
                    .contains("not one JSON object")
                    .endsWith("\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}");
        }
    }

    @Test
    void aRepeatedRequestWithAKeyJoinsItsTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done(1, "once"));
            guest.on("resume", resume -> resume.done(1, "once"));
            String[] key = {"idempotency-key", "order 4711"};

            HttpResponse<String> first = daemon.send("POST", PATH, WHOLE, key);
            HttpResponse<String> again = daemon.send("POST", PATH, WHOLE, key);
            HttpResponse<String> other = daemon.send("POST", PATH, WHOLE.replace("hi", "ho"), key);

            assertThat(first.body()).contains("\"content\":\"once\"");
            assertThat(again.headers().firstValue("x-culvert-turn"))
                    .isEqualTo(first.headers().firstValue("x-culvert-turn"));
            assertThat(other.statusCode()).isEqualTo(422);
            assertThat(other.body())
                    .contains("\"type\":\"invalid_request_error\"", "\"code\":\"id_reused\"");
        }
    }

    @Test
    void aCompletionIsMeasuredLikeAnyTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(
                                "\"event_loops\": %d, \"metrics\": {\"gen_ai\": true, \"labels\": [\"agent\"]},"
                                        .formatted(eventLoops),
                                guest)) {
            guest.on("message", message -> message.done("ok"));
            daemon.post(PATH, WHOLE);
            daemon.post(PATH, STREAMED);

            daemon.awaitMetric(
                    "gen_ai_client_operation_duration_seconds_count{error_type=\"\",gen_ai_agent_name=\"a\",gen_ai_operation_name=\"invoke_agent\"}",
                    2);
            daemon.awaitMetric(
                    "culvert_http_request_duration_seconds_count{code=\"200\",method=\"POST\",route=\"/v1/chat/completions\"}",
                    2);
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"done\"}", 1);
        }
    }

    @Test
    void theTurnCanBeReadAgainInOurOwnEvents() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done(1, "once"));
            guest.on("resume", resume -> resume.done(1, "once"));
            String turn =
                    daemon.post(PATH, WHOLE).headers().firstValue("x-culvert-turn").orElseThrow();

            try (EventReader events =
                    daemon.stream("GET", "/api/v1/turns/" + turn + "/stream", "")) {
                assertThat(events.rest())
                        .extracting(EventReader.Event::type)
                        .containsExactly("chunk", "done");
            }
        }
    }
}
