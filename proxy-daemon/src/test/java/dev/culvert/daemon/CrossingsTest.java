package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both fronts over both kinds of runtimes, with tools over several rounds; guest and daemon are
 * ours.
 */
@Timeout(60)
class CrossingsTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** Changes what the runtime answers. */
    private volatile UnaryOperator<String> fault = UnaryOperator.identity();

    private final HttpServer runtime;

    CrossingsTest() throws IOException {
        runtime = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runtime.createContext("/v1/chat/completions", http -> answer(http, CHAT));
        runtime.createContext("/v1/messages", http -> answer(http, MESSAGES));
        runtime.start();
    }

    private static final String USER = "{\"role\":\"user\",\"content\":\"Copy a to b.\"}";

    private static final Map<String, String> ERROR =
            Map.of(
                    "openai",
                    "data: {\"error\":{\"message\":\"out of memory\"}}\n\n",
                    "anthropic",
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");

    @AfterEach
    void stop() {
        runtime.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void anOpenAiClientDoesRoundsOfTools(String kind) throws Exception {
        String read = call("c1", "read", "{\\\"path\\\":\\\"a\\\"}");
        String write = call("c2", "write", "{\\\"path\\\":\\\"b\\\"}");
        String conversation = USER;
        try (Guest guest = guest(kind);
                TestDaemon daemon = daemon(guest, "{}")) {
            String first = chat(daemon, conversation);
            conversation += "," + calls(read) + "," + result("c1", "A");
            String second = chat(daemon, conversation);
            conversation += "," + calls(write) + "," + result("c2", "ok");
            String third = chat(daemon, conversation);

            assertThat(first)
                    .contains("\"id\":\"c1\"", "\"name\":\"read\"", "hm")
                    .endsWith("[DONE]\n\n");
            assertThat(second).contains("Writing.", "\"id\":\"c2\"", "\"name\":\"write\"");
            assertThat(third).contains("Done", "\"finish_reason\":\"stop\"", "\"prompt_tokens\":9");
            assertThat(asked.getLast())
                    .contains(
                            kind.equals("openai")
                                    ? List.of(calls(read), result("c1", "A"), calls(write))
                                    : List.of(
                                            use("c1", "read", "{\"path\":\"a\"}"),
                                            toolResult(
                                                    "c1", "[{\"type\":\"text\",\"text\":\"A\"}]"),
                                            use("c2", "write", "{\"path\":\"b\"}")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void anAnthropicClientDoesRoundsOfTools(String kind) throws Exception {
        String thinking = "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig\"}";
        String read = use("c1", "read", "{\"path\":\"a\"}");
        String write = use("c2", "write", "{\"path\":\"b\"}");
        String conversation = USER;
        try (Guest guest = guest(kind);
                TestDaemon daemon = daemon(guest, "{}")) {
            String first = messages(daemon, conversation);
            conversation += "," + says(thinking, read) + "," + hears(toolResult("c1", "\"A\""));
            String second = messages(daemon, conversation);
            conversation += "," + says(write) + "," + hears(toolResult("c2", "\"ok\""));
            String third = messages(daemon, conversation);

            assertThat(first)
                    .contains("\"type\":\"tool_use\"", "\"id\":\"c1\"", "\"name\":\"read\"", "hm")
                    .contains("\"stop_reason\":\"tool_use\"", "event: message_stop");
            assertThat(second).contains("Writing.", "\"id\":\"c2\"", "\"name\":\"write\"");
            assertThat(third)
                    .contains("Done", "\"stop_reason\":\"end_turn\"", "event: message_stop");
            if (kind.equals("anthropic")) {
                assertThat(first).contains("signature_delta", "\"signature\":\"sig\"");
                assertThat(asked.getLast())
                        .contains(conversation, "\"cache_control\":{\"type\":\"ephemeral\"}")
                        .doesNotContain("\"model\":\"a\"");
            } else {
                assertThat(asked.getLast())
                        .contains(
                                "\"role\":\"tool\"",
                                "\"tool_call_id\":\"c1\"",
                                "\"tool_call_id\":\"c2\"")
                        .contains("\"arguments\":\"{\\\"path\\\":\\\"a\\\"}\"");
            }
        }
    }

    @Test
    void theKindMayChangeBetweenTwoRounds() throws Exception {
        String conversation = USER;
        try (Guest guest = guest("openai");
                TestDaemon daemon = daemon(guest, "{\"runtime_kind\":\"anthropic\"}")) {
            daemon.awaitAgent("a", "\"runtime_kind\":\"anthropic\"");
            assertThat(messages(daemon, conversation)).contains("\"id\":\"c1\"");
            assertThat(asked.getLast()).contains("\"max_tokens\"");

            assertThat(
                            daemon.put(
                                            "/api/v1/agents/a/config",
                                            "{\"config\":{},\"tool_allowlist\":[]}")
                                    .statusCode())
                    .isEqualTo(200);
            daemon.awaitAgent("a", "\"runtime_kind\":\"openai\"");

            String next =
                    conversation
                            + ","
                            + says(use("c1", "read", "{}"))
                            + ","
                            + hears(toolResult("c1", "\"A\""));
            assertThat(messages(daemon, next)).contains("\"id\":\"c2\"");
            assertThat(asked.getLast()).contains("\"tool_call_id\":\"c1\"");
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of("/v1/chat/completions", "/v1/messages")
                .flatMap(front ->
                        Stream.of("openai", "anthropic")
                                .flatMap(kind ->
                                        Stream.of(
                                                Arguments.of(
                                                        front,
                                                        kind,
                                                        "an error inside a success",
                                                        ERROR.get(kind)),
                                                Arguments.of(
                                                        front,
                                                        kind,
                                                        "a malformed event",
                                                        "data: {\"x\":\n\n"),
                                                Arguments.of(
                                                        front,
                                                        kind,
                                                        "an end without its mark",
                                                        ""))));
    }

    @ParameterizedTest(name = "{0} over {1}: {2}")
    @MethodSource("faults")
    void whateverBreaksAtTheRuntimeIsAnErrorToTheClientAndNeverAnEnd(
            String front, String kind, String what, String instead) throws Exception {
        fault =
                whole -> {
                    int half = whole.indexOf("\n\n", whole.indexOf("Done")) + 2;
                    return whole.substring(0, half) + instead;
                };
        try (Guest guest = guest(kind);
                TestDaemon daemon = daemon(guest, "{}")) {
            boolean isChat = front.equals("/v1/chat/completions");
            String conversation =
                    isChat
                            ? USER
                                    + ","
                                    + calls(call("c1", "f", "{}"))
                                    + ","
                                    + result("c1", "")
                                    + ","
                                    + calls(call("c2", "f", "{}"))
                                    + ","
                                    + result("c2", "")
                            : USER
                                    + ","
                                    + says(use("c1", "f", "{}"))
                                    + ","
                                    + hears(toolResult("c1", "\"A\""))
                                    + ","
                                    + says(use("c2", "f", "{}"))
                                    + ","
                                    + hears(toolResult("c2", "\"A\""));

            String answer =
                    raw(
                            daemon,
                            front,
                            isChat ? chatBody(conversation) : messagesBody(conversation));

            assertThat(answer)
                    .as(what)
                    .contains("Done", "\"error\":{")
                    .doesNotContain(
                            "data: [DONE]", "event: message_stop", "\"finish_reason\":\"stop\"")
                    .doesNotEndWith("0\r\n\r\n");
        }
    }

    /** All that the daemon sends until it closes the connection. */
    private static String raw(TestDaemon daemon, String path, String body) throws IOException {
        try (Socket socket = daemon.connect()) {
            String head =
                    "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                            .formatted(path, body.getBytes(UTF_8).length);
            socket.getOutputStream().write((head + body).getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static String chat(TestDaemon daemon, String conversation) throws Exception {
        return daemon.post("/v1/chat/completions", chatBody(conversation)).body();
    }

    private static String chatBody(String conversation) {
        return "{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"tools\":["
                + "{\"type\":\"function\",\"function\":{\"name\":\"read\",\"parameters\":{\"type\":\"object\"}}}],\"messages\":["
                + conversation
                + "]}";
    }

    private static String messages(TestDaemon daemon, String conversation) throws Exception {
        return daemon.post("/v1/messages", messagesBody(conversation)).body();
    }

    private static String messagesBody(String conversation) {
        return "{\"model\":\"a\",\"stream\":true,\"max_tokens\":99,\"system\":[{\"type\":\"text\",\"text\":\"S\",\"cache_control\":{\"type\":\"ephemeral\"}}],"
                + "\"tools\":[{\"name\":\"read\",\"input_schema\":{\"type\":\"object\"}}],\"messages\":["
                + conversation
                + "]}";
    }

    private static String call(String id, String name, String arguments) {
        return "{\"id\":\"%s\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}}"
                .formatted(id, name, arguments);
    }

    private static String calls(String call) {
        return "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + call + "]}";
    }

    private static String result(String id, String content) {
        return "{\"role\":\"tool\",\"tool_call_id\":\"%s\",\"content\":\"%s\"}"
                .formatted(id, content);
    }

    private static String use(String id, String name, String input) {
        return "{\"type\":\"tool_use\",\"id\":\"%s\",\"name\":\"%s\",\"input\":%s}"
                .formatted(id, name, input);
    }

    private static String toolResult(String id, String content) {
        return "{\"type\":\"tool_result\",\"tool_use_id\":\"%s\",\"content\":%s}"
                .formatted(id, content);
    }

    private static String says(String... blocks) {
        return "{\"role\":\"assistant\",\"content\":[" + String.join(",", blocks) + "]}";
    }

    private static String hears(String block) {
        return "{\"role\":\"user\",\"content\":[" + block + "]}";
    }

    private TestDaemon daemon(Guest guest, String config) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"agents\": [{\"id\": \"a\", \"address\": \"%s\", \"config\": %s}]}"
                                .formatted(guest.address(), config));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    private Guest guest(String kind) throws Exception {
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "http://127.0.0.1:%d", "runtime_kind": "%s", "drain": "0s"}
                """
                        .formatted(runtime.getAddress().getPort(), kind);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    /** The round is as many as there are results of tools in the request. */
    private void answer(HttpExchange http, List<String> rounds) throws IOException {
        String body = new String(http.getRequestBody().readAllBytes(), UTF_8);
        asked.add(body);
        int round = 0;
        for (String id : List.of("\"tool_call_id\":", "\"tool_use_id\":")) {
            round += body.split(id, -1).length - 1;
        }
        byte[] answer = fault.apply(rounds.get(round)).getBytes(UTF_8);
        http.getResponseHeaders().set("Content-Type", "text/event-stream");
        http.sendResponseHeaders(200, answer.length);
        http.getResponseBody().write(answer);
        http.close();
    }

    private static final List<String> CHAT =
            List.of(
                    chunks(
                            "{\"reasoning_content\":\"hm\"}",
                            "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"read\",\"arguments\":\"\"}}]}",
                            "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}"),
                    chunks(
                            "{\"content\":\"Writing.\"}",
                            "{\"tool_calls\":[{\"index\":0,\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"write\",\"arguments\":\"{}\"}}]}"),
                    chunks("{\"content\":\"Done\"}"));

    private static String chunks(String... deltas) {
        StringBuilder all = new StringBuilder();
        for (String delta : deltas) {
            all.append("data: {\"choices\":[{\"index\":0,\"delta\":")
                    .append(delta)
                    .append("}]}\n\n");
        }
        String reason = all.indexOf("tool_calls") < 0 ? "stop" : "tool_calls";
        return all
                + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
                + reason
                + "\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}\n\ndata: [DONE]\n\n";
    }

    private static final List<String> MESSAGES =
            List.of(
                    events(
                            "tool_use",
                            "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}",
                            "{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}",
                            "{\"type\":\"signature_delta\",\"signature\":\"sig\"}",
                            use("c1", "read", "{}"),
                            "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}"),
                    events(
                            "tool_use",
                            "{\"type\":\"text\",\"text\":\"\"}",
                            "{\"type\":\"text_delta\",\"text\":\"Writing.\"}",
                            use("c2", "write", "{}")),
                    events(
                            "end_turn",
                            "{\"type\":\"text\",\"text\":\"\"}",
                            "{\"type\":\"text_delta\",\"text\":\"Done\"}"));

    /**
     * @param parts content blocks, each with its deltas behind it
     */
    private static String events(String stopReason, String... parts) {
        StringBuilder all =
                new StringBuilder(
                        event(
                                "message_start",
                                "\"message\":{\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}"));
        int block = -1;
        for (String part : parts) {
            if (part.contains("_delta\"")) {
                all.append(
                        event("content_block_delta", "\"index\":" + block + ",\"delta\":" + part));
                continue;
            }
            if (block >= 0) {
                all.append(event("content_block_stop", "\"index\":" + block));
            }
            block++;
            all.append(
                    event(
                            "content_block_start",
                            "\"index\":" + block + ",\"content_block\":" + part));
        }
        all.append(event("content_block_stop", "\"index\":" + block));
        all.append(
                event(
                        "message_delta",
                        "\"delta\":{\"stop_reason\":\""
                                + stopReason
                                + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":4}"));
        return all.append(event("message_stop", "\"x\":0")).toString();
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
    }
}
