package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.LargeRequests;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /v1/messages}: what goes to the agent, and what clients are answered. */
@Timeout(60)
@LoopCounts
class MessagesTest {
    private static final String PATH = "/v1/messages";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final String WHOLE = "{\"model\":\"a\",\"max_tokens\":9," + MESSAGES + "}";
    private static final String STREAMED = "{\"stream\":true,\"model\":\"a\"," + MESSAGES + "}";
    private static final String[] ID = {"x-request-id", "r1"};

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static MessageReader stream(TestDaemon daemon) throws Exception {
        return new MessageReader(daemon.stream("POST", PATH + "?beta=true", STREAMED, ID));
    }

    private static String start(int index, String block) {
        return "content_block_start {\"type\":\"content_block_start\",\"index\":%d,\"content_block\":%s}"
                .formatted(index, block);
    }

    private static String delta(int index, String type, String member, String piece) {
        return "content_block_delta {\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"%s\",\"%s\":\"%s\"}}"
                .formatted(index, type, member, piece);
    }

    private static String stop(int index) {
        return "content_block_stop {\"type\":\"content_block_stop\",\"index\":" + index + "}";
    }

    private static String end(String stopReason, String usage) {
        return "message_delta {\"type\":\"message_delta\",\"delta\":{\"container\":null,\"stop_details\":null,\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":%s}"
                .formatted(stopReason, usage);
    }

    private static String usage(int input, int cached, int output) {
        return "{\"input_tokens\":%d,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":%d,\"output_tokens\":%d,\"output_tokens_details\":null,\"server_tool_use\":null}"
                .formatted(input, cached, output);
    }

    private static String thinking(String usage) {
        return usage.replace(
                "\"output_tokens_details\":null",
                "\"output_tokens_details\":{\"thinking_tokens\":3}");
    }

    /** The usage of a message has more members. */
    private static String more(String usage) {
        return usage.replaceFirst(
                "}$",
                ",\"cache_creation\":null,\"inference_geo\":null,\"service_tier\":null,\"speed\":null}");
    }

    private static final String MESSAGE_START =
            "message_start {\"type\":\"message_start\",\"message\":{\"id\":\"msg_r1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"a\",\"content\":[],"
                    + "\"diagnostics\":null,\"container\":null,\"stop_details\":null,\"stop_reason\":null,\"stop_sequence\":null,\"usage\":"
                    + more(usage(0, 0, 0))
                    + "}}";
    private static final String MESSAGE_STOP = "message_stop {\"type\":\"message_stop\"}";

    /** Thoughts, a text, two calls of tools and another text. */
    private static void answer(Request message) throws Exception {
        message.reply("chunk", "{\"content\":\"\",\"done\":false,\"reasoning\":\"h\\u006dm\"}");
        message.reply("chunk", "{\"content\":\"\",\"done\":false,\"reasoning\":\".\"}");
        message.chunk("I \\\"read\\\"");
        message.chunk("");
        message.chunk(" it");
        message.reply(
                "chunk",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":\"re\"}}]}");
        message.reply(
                "chunk",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"ad\",\"arguments\":\"{\\\"path\\\":\"}}]}");
        message.reply(
                "chunk",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\" \\\"a\\\"}\"}},\n{\"index\":1,\"function\":{\"name\":\"now\"}}]}");
        message.chunk("!");
        message.reply(
                "chunk",
                "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":7},\"completion_tokens_details\":{\"reasoning_tokens\":3}}}");
    }

    @Test
    void streamsBlocksAsEvents() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon)) {
            Request message = guest.take();
            answer(message);

            assertThat(message.payload())
                    .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            assertThat(events.status()).isEqualTo(200);
            assertThat(events.header("content-type")).isEqualTo("text/event-stream");
            assertThat(events.header("request-id")).isEqualTo("r1");
            assertThat(events.header("x-request-id")).isEqualTo("r1");
            assertThat(events.header("x-culvert-turn")).isEqualTo(message.id());
            assertThat(events.rest())
                    .containsExactly(
                            MESSAGE_START,
                            start(
                                    0,
                                    "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
                            delta(0, "thinking_delta", "thinking", "h\\u006dm"),
                            delta(0, "thinking_delta", "thinking", "."),
                            stop(0),
                            start(1, "{\"type\":\"text\",\"text\":\"\",\"citations\":null}"),
                            delta(1, "text_delta", "text", "I \\\"read\\\""),
                            delta(1, "text_delta", "text", " it"),
                            stop(1),
                            start(
                                    2,
                                    "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"read\",\"caller\":{\"type\":\"direct\"},\"input\":{}}"),
                            delta(2, "input_json_delta", "partial_json", "{\\\"path\\\":"),
                            delta(2, "input_json_delta", "partial_json", " \\\"a\\\"}"),
                            stop(2),
                            start(
                                    3,
                                    "{\"type\":\"tool_use\",\"id\":\"toolu_r1_3\",\"name\":\"now\",\"caller\":{\"type\":\"direct\"},\"input\":{}}"),
                            stop(3),
                            start(4, "{\"type\":\"text\",\"text\":\"\",\"citations\":null}"),
                            delta(4, "text_delta", "text", "!"),
                            stop(4),
                            end("tool_use", thinking(usage(2, 7, 4))),
                            MESSAGE_STOP);
            assertThat(events.isBroken()).isFalse();
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"done\"}", 1);
        }
    }

    @Test
    void aWholeMessageHasTheSameBlocks() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    message -> {
                        try {
                            answer(message);
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    });
            HttpResponse<String> answer = daemon.send("POST", PATH, WHOLE, ID);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.headers().allValues("request-id")).containsExactly("r1");
            assertThat(answer.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"id\":\"msg_r1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"a\",\"content\":["
                                    + "{\"type\":\"thinking\",\"thinking\":\"h\\u006dm.\",\"signature\":\"\"},"
                                    + "{\"type\":\"text\",\"text\":\"I \\\"read\\\" it\",\"citations\":null},"
                                    + "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"read\",\"caller\":{\"type\":\"direct\"},\"input\":{\"path\": \"a\"}},"
                                    + "{\"type\":\"tool_use\",\"id\":\"toolu_r1_3\",\"name\":\"now\",\"caller\":{\"type\":\"direct\"},\"input\":{}},"
                                    + "{\"type\":\"text\",\"text\":\"!\",\"citations\":null}],"
                                    + "\"diagnostics\":null,\"container\":null,\"stop_details\":null,\"stop_reason\":\"tool_use\",\"stop_sequence\":null,\"usage\":"
                                    + more(thinking(usage(2, 7, 4)))
                                    + "}");
            assertThat(guest.seen("message"))
                    .containsExactly(
                            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":9}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stop, end_turn",
        "length, max_tokens",
        "content_filter, refusal",
        "function_call, tool_use",
        "'', end_turn"
    })
    void theReasonOfTheEndIsAnthropics(String finishReason, String stopReason) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            String reason =
                    finishReason.isEmpty() ? "" : ",\"finish_reason\":\"" + finishReason + "\"";
            guest.on(
                    "message",
                    message ->
                            message.reply(
                                    "chunk", "{\"content\":\"x\",\"done\":true" + reason + "}"));

            assertThat(daemon.post(PATH, WHOLE).body())
                    .contains("\"stop_reason\":\"" + stopReason + "\"");
        }
    }

    /** What a runtime of that kind says beyond a chunk, as messages.md has it. */
    private static void anthropicAnswer(Request message) throws java.io.IOException {
        for (String member :
                List.of(
                        "\"reasoning\":\"hm\"",
                        "\"anthropic\":{\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}}",
                        "\"anthropic\":{\"content_block\":{\"type\":\"redacted_thinking\",\"data\":\"é\"}}",
                        "\"anthropic\":{\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"s1\",\"name\":\"web_search\",\"input\":{}}}",
                        "\"anthropic\":{\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"q\\\":\"}}",
                        "\"anthropic\":{\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"1}\"}}",
                        "\"anthropic\":{\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"url\":\"u\"}}}")) {
            message.reply("chunk", "{\"content\":\"\",\"done\":false," + member + "}");
        }
        message.chunk("so");
        message.reply(
                "chunk",
                "{\"content\":\"\",\"done\":true,\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":1},\"anthropic\":{\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"é\",\"usage\":{\"input_tokens\":3,\"service_tier\":\"x\"}}}");
    }

    @Test
    void anAnthropicRuntimeGetsTheBodyAsItCameAndItsBlocksComeBackAsTheyWere() throws Exception {
        String body =
                "{\"model\":\"a\",\"system\":[{\"type\":\"text\",\"text\":\"x\",\"cache_control\":{\"type\":\"ephemeral\"}}], \"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}]}]}";
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume").ofAnthropic();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", MessagesTest::anthropicAnswer);
            try (MessageReader events =
                    new MessageReader(
                            daemon.stream(
                                    "POST",
                                    PATH,
                                    body.formatted("true"),
                                    "x-request-id",
                                    "r1",
                                    "anthropic-version",
                                    "2023-06-01",
                                    "anthropic-beta",
                                    "one-2025-01-01,two"))) {
                assertThat(events.rest())
                        .containsExactly(
                                MESSAGE_START,
                                start(
                                        0,
                                        "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
                                delta(0, "thinking_delta", "thinking", "hm"),
                                delta(0, "signature_delta", "signature", "c2ln"),
                                stop(0),
                                start(1, "{\"type\":\"redacted_thinking\",\"data\":\"é\"}"),
                                stop(1),
                                start(
                                        2,
                                        "{\"type\":\"server_tool_use\",\"id\":\"s1\",\"name\":\"web_search\",\"input\":{}}"),
                                delta(2, "input_json_delta", "partial_json", "{\\\"q\\\":"),
                                delta(2, "input_json_delta", "partial_json", "1}"),
                                stop(2),
                                start(3, "{\"type\":\"text\",\"text\":\"\",\"citations\":null}"),
                                "content_block_delta {\"type\":\"content_block_delta\",\"index\":3,\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"url\":\"u\"}}}",
                                delta(3, "text_delta", "text", "so"),
                                stop(3),
                                "message_delta {\"type\":\"message_delta\",\"delta\":{\"container\":null,\"stop_details\":null,\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"é\"},\"usage\":{\"input_tokens\":3}}",
                                MESSAGE_STOP);
            }
            assertThat(guest.seen("message"))
                    .containsExactly(
                            "{\"dialect\":\"anthropic\",\"anthropic_version\":\"2023-06-01\",\"anthropic_beta\":\"one-2025-01-01,two\",\"system\":[{\"type\":\"text\",\"text\":\"x\",\"cache_control\":{\"type\":\"ephemeral\"}}],\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}]}]}");

            assertThat(daemon.send("POST", PATH, body.formatted("false"), ID).body())
                    .isEqualTo(
                            "{\"id\":\"msg_r1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"a\",\"content\":["
                                    + "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln\"},"
                                    + "{\"type\":\"redacted_thinking\",\"data\":\"é\"},"
                                    + "{\"type\":\"server_tool_use\",\"id\":\"s1\",\"name\":\"web_search\",\"input\":{\"q\":1}},"
                                    + "{\"type\":\"text\",\"text\":\"so\",\"citations\":[{\"url\":\"u\"}]}],"
                                    + "\"diagnostics\":null,\"container\":null,\"stop_details\":null,\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"é\",\"usage\":{\"input_tokens\":3,\"service_tier\":\"x\"}}");
        }
    }

    @Test
    void eachChunkIsThereBeforeTheNextIsSentAndAPingKeepsASilentStreamAlive() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"sse\": {\"keepalive\": \"20ms\"},", guest);
                MessageReader events = stream(daemon)) {
            Request message = guest.take();
            assertThat(events.next()).isEqualTo(MESSAGE_START);
            assertThat(events.next()).isEqualTo("ping {\"type\":\"ping\"}");
            message.chunk("one");
            String next = events.next();
            while (next.startsWith("ping ")) {
                next = events.next();
            }
            assertThat(next).startsWith("content_block_start ");
            message.done("");
            assertThat(events.rest()).last().isEqualTo(MESSAGE_STOP);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "POST | /v1/messages | {\"model\":\"zz\",\"messages\":[{}]} | 404 | not_found_error | model: there is no agent 'zz'",
                "POST | /v1/messages | {\"model\":\"other/a\",\"messages\":[{}]} | 404 | not_found_error | model: there is no agent 'other/a'",
                "POST | /v1/messages | {\"model\":\"a\"} | 400 | invalid_request_error | messages: is missing",
                "POST | /v1/messages | nonsense | 400 | invalid_request_error | not one JSON object",
                "POST | /v1/messages/count_tokens | `` | 400 | invalid_request_error | The body is empty",
                "GET  | /v1/messages | `` | 405 | invalid_request_error | POST",
                "POST | /v1/messages/batches | {} | 404 | not_found_error | Nothing is served at this path",
            })
    void whatFailsBeforeTheRequestIsSentHasAnthropicsShape(
            String method, String path, String body, int status, String type, String sentence)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.send(method, path, body, ID);

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body())
                    .startsWith(
                            "{\"type\":\"error\",\"error\":{\"type\":\""
                                    + type
                                    + "\",\"message\":\"")
                    .contains(sentence)
                    .endsWith("\"},\"request_id\":\"r1\"}");
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.headers().allValues("request-id")).containsExactly("r1");
            assertThat(answer.headers().allValues("x-request-id")).containsExactly("r1");
            assertThat(answer.headers().firstValue("x-should-retry")).isEmpty();
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedInItsShapeToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        daemon(
                                "\"http\": {\"max_messages_body_bytes\": 1000, \"listen\": [\"tcp://127.0.0.1:0\"]},",
                                guest)) {
            HttpResponse<String> answer = daemon.post(PATH, WHOLE.replace("hi", "x".repeat(2000)));

            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body())
                    .contains("\"type\":\"request_too_large\"")
                    .contains("1000 bytes (http.max_messages_body_bytes)");
        }
    }

    @Test
    void anAgentIsNamedWithItsTenantToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));

            assertThat(daemon.post(PATH, WHOLE.replace("\"a\"", "\"default/a\"")).body())
                    .contains("\"model\":\"default/a\"")
                    .contains("\"text\":\"yes\"");
        }
    }

    @Test
    void tokensAreEstimatedWithoutTheAgent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> few = daemon.post(PATH + "/count_tokens", WHOLE);
            HttpResponse<String> image =
                    daemon.post(
                            PATH + "/count_tokens?beta=true",
                            WHOLE.replace(
                                    "\"hi\"",
                                    "[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\""
                                            + "x".repeat(100_000)
                                            + "\"}}]"));

            assertThat(few.statusCode()).isEqualTo(200);
            assertThat(few.headers().firstValue("x-culvert-estimate")).hasValue("true");
            assertThat(few.body()).isEqualTo("{\"input_tokens\":" + WHOLE.length() / 4 + "}");
            assertThat(image.body()).matches("\\{\"input_tokens\":16[0-9]{2}}");
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void aRequestThatIsRepeatedWithItsKeyGetsTheSameTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done(1, "yes"))
                    .on("resume", message -> message.done(1, "yes"));
            String[] key = {"idempotency-key", "k1"};

            HttpResponse<String> first = daemon.send("POST", PATH, WHOLE, key);
            HttpResponse<String> again = daemon.send("POST", PATH, WHOLE, key);

            assertThat(again.body()).contains("\"text\":\"yes\"");
            assertThat(again.headers().firstValue("x-culvert-turn"))
                    .isPresent()
                    .isEqualTo(first.headers().firstValue("x-culvert-turn"));
        }
    }

    @Test
    void aLargeBodyIsAnsweredAsASmallOneIs() throws Exception {
        String large = "x".repeat(LargeRequests.LARGE_BYTES);
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", PATH, WHOLE.replace("hi", large));
            Request message = guest.take();
            assertThat(message.payload()).contains(large);
            message.reply("chunk", "{\"content\":\"yes\",\"done\":true}");
            assertThat(answer.get().body()).contains("\"text\":\"yes\"");

            String other = WHOLE.replace("\"a\"", "\"zz\"").replace("hi", large);
            HttpResponse<String> unknown = daemon.post(PATH, other);
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("not_found_error", "there is no agent 'zz'");
            HttpResponse<String> count = daemon.post(PATH + "/count_tokens", other);
            assertThat(count.statusCode()).isEqualTo(404);
        }
    }
}
