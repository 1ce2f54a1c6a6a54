package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.about.Version;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /mcp}: the two eras of the protocol, tools, and agents that are asked. */
@Timeout(60)
@LoopCounts
class McpTest {
    private static final String MODERN = "2026-07-28";
    private static final String LEGACY = "2025-11-25";
    private static final String ASK =
            "\"name\":\"ask\",\"arguments\":{\"agent\":\"a\",\"message\":\"hi\"}";
    private static final String BOTH = "application/json, text/event-stream";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + ",", guests);
    }

    private static String meta(String more) {
        return "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\""
                + MODERN
                + "\",\"io.modelcontextprotocol/clientCapabilities\":{"
                + more
                + "}}";
    }

    private static String message(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\""
                + method
                + "\",\"params\":{"
                + params
                + "}}";
    }

    private static String[] headers(String method, String name, String... more) {
        List<String> headers =
                new ArrayList<>(
                        List.of(
                                "accept",
                                BOTH,
                                "content-type",
                                "application/json",
                                "mcp-protocol-version",
                                MODERN,
                                "mcp-method",
                                method));
        if (!name.isEmpty()) {
            headers.addAll(List.of("mcp-name", name));
        }
        headers.addAll(Arrays.asList(more));
        return headers.toArray(String[]::new);
    }

    private static HttpResponse<String> modern(
            TestDaemon daemon, String method, String name, String params, String... more)
            throws Exception {
        String all = params.isEmpty() ? meta("") : params + "," + meta("");
        return daemon.send("POST", "/mcp", message(method, all), headers(method, name, more));
    }

    private static HttpResponse<String> legacy(
            TestDaemon daemon, String method, String params, String... more) throws Exception {
        List<String> headers =
                new ArrayList<>(List.of("accept", BOTH, "mcp-protocol-version", LEGACY));
        headers.addAll(Arrays.asList(more));
        return daemon.send("POST", "/mcp", message(method, params), headers.toArray(String[]::new));
    }

    private static List<String> names(String tools) {
        List<String> names = new ArrayList<>();
        Matcher name = Pattern.compile("\\{\"name\":\"([^\"]+)\",\"title\"").matcher(tools);
        while (name.find()) {
            names.add(name.group(1));
        }
        return names;
    }

    @Test
    void aModernClientDiscoversTheServer() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = modern(daemon, "server/discover", "", "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .startsWith(
                            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{},\"resources\":{},\"prompts\":{}}")
                    .contains(
                            "\"ttlMs\":60000,\"cacheScope\":\"private\"",
                            "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"culvert\",\"title\":\"Culvert\",\"version\":\""
                                    + Version.text());
            assertThat(answer.headers().firstValue("mcp-session-id")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-25,2025-11-25",
        "2025-06-18,2025-06-18",
        "2025-03-26,2025-03-26",
        "2024-11-05,2025-11-25"
    })
    void anEarlierClientInitializesAndIsToldARevisionThatBothKnow(String asked, String agreed)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer =
                    daemon.send(
                            "POST",
                            "/mcp",
                            message(
                                    "initialize",
                                    "\"protocolVersion\":\""
                                            + asked
                                            + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}"),
                            "accept",
                            BOTH);
            assertThat(answer.body())
                    .contains(
                            "\"protocolVersion\":\"" + agreed + "\"",
                            "\"serverInfo\":{\"name\":\"culvert\"")
                    .doesNotContain("resultType");
            assertThat(answer.headers().firstValue("mcp-session-id").orElseThrow())
                    .matches("[0-9a-f]{32}");

            HttpResponse<String> noted =
                    daemon.send(
                            "POST",
                            "/mcp",
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                            "accept",
                            BOTH);
            assertThat(noted.statusCode()).isEqualTo(202);
            assertThat(noted.body()).isEmpty();
            assertThat(legacy(daemon, "ping", "").body())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
        }
    }

    @Test
    void headersAndMetaMustSayTheSame() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            String list = message("tools/list", meta(""));
            assertError(
                    daemon.send("POST", "/mcp", list, headers("prompts/list", "")), 400, -32020);
            assertError(daemon.send("POST", "/mcp", list, headers("TOOLS/LIST", "")), 400, -32020);
            assertError(
                    daemon.send("POST", "/mcp", list, "mcp-protocol-version", MODERN), 400, -32020);
            assertError(daemon.send("POST", "/mcp", list), 400, -32020);
            assertError(
                    daemon.send("POST", "/mcp", list, "mcp-protocol-version", "v9"), 400, -32020);
            assertError(
                    daemon.send(
                            "POST", "/mcp", message("tools/list", ""), headers("tools/list", "")),
                    400,
                    -32602);
            assertError(modern(daemon, "tools/call", "", ASK), 400, -32020);
            assertError(modern(daemon, "tools/call", "other", ASK), 400, -32020);
            assertError(modern(daemon, "tools/call", "=?base64?!?=", ASK), 400, -32020);

            HttpResponse<String> unknown =
                    daemon.send(
                            "POST",
                            "/mcp",
                            list.replace(MODERN, "v9"),
                            "mcp-protocol-version",
                            "v9");
            assertError(unknown, 400, -32022);
            assertThat(unknown.body())
                    .contains("\"supported\":[\"2026-07-28\"]", "\"requested\":\"v9\"")
                    .doesNotContain("\n");
        }
    }

    private static void assertError(HttpResponse<String> answer, int status, int code) {
        assertThat(answer.body())
                .startsWith("{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":" + code + ",");
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "subscriptions/listen",
                "no/such"
            })
    void aMethodThatIsNotThereIsA404ForModernClients(String method) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            assertError(modern(daemon, method, "", ""), 404, -32601);
            if (method.contains("/")) {
                assertError(legacy(daemon, method, ""), 200, -32601);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{|-32700",
                "''|-32700",
                "7|-32700",
                "[]|-32600",
                "' [{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]'|-32600",
                "{}|-32600",
                "{\"jsonrpc\":\"1.0\",\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"method\":7}|-32600",
                "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"params\":[]}|-32600",
            })
    void whatIsNoMessageIsRefused(String body, int code) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.post("/mcp", body);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body())
                    .startsWith(
                            "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":" + code + ",");
        }
    }

    @Test
    void hasNoStreamOfItsOwnAndNoSessionToEnd() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            for (String method : List.of("GET", "DELETE", "PUT")) {
                HttpResponse<String> answer = daemon.send(method, "/mcp", "");
                assertThat(answer.statusCode()).isEqualTo(405);
                assertThat(answer.headers().firstValue("allow")).hasValue("POST, OPTIONS");
                assertThat(answer.body())
                        .startsWith("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,");
            }
            assertThat(
                            daemon.send("POST", "/mcp", "{}", "origin", "http://evil.example")
                                    .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void listsToolsInAFixedOrderWithHonestAnnotations() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            String tools = modern(daemon, "tools/list", "", "").body();
            assertThat(names(tools))
                    .startsWith("ask", "turns_list", "turns_show", "turns_cancel")
                    .contains("agents_list", "agents_remove")
                    .doesNotContain("message", "stream", "operations_run", "events", "reload")
                    .doesNotHaveDuplicates();
            assertThat(tools).contains("\"ttlMs\":");
            assertThat(names(legacy(daemon, "tools/list", "").body())).isEqualTo(names(tools));
            assertThat(tool(tools, "agents_list"))
                    .contains(
                            "\"readOnlyHint\":true,\"destructiveHint\":false,\"idempotentHint\":true");
            assertThat(tool(tools, "agents_add"))
                    .contains(
                            "\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":true");
            assertThat(tool(tools, "agents_context"))
                    .contains(
                            "\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":false");
            assertThat(tool(tools, "agents_remove"))
                    .contains("\"destructiveHint\":true", "\"required\":[\"id\"]");
        }
    }

    private static String tool(String tools, String name) {
        int start = tools.indexOf("{\"name\":\"" + name + "\"");
        return tools.substring(start, tools.indexOf("openWorldHint", start));
    }

    @Test
    void aToolRunsItsOperationAndSaysWhyItCannot() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            String shown =
                    modern(
                                    daemon,
                                    "tools/call",
                                    "agents_show",
                                    "\"name\":\"agents_show\",\"arguments\":{\"id\":\"a\"}")
                            .body();
            assertThat(shown)
                    .contains(
                            "\"content\":[{\"type\":\"text\",\"text\":\"{\\\"id\\\":\\\"a\\\"",
                            "\"isError\":false");
            assertThat(
                            modern(
                                            daemon,
                                            "tools/call",
                                            "agents_show",
                                            "\"name\":\"agents_show\",\"arguments\":{\"id\":\"none\"}")
                                    .body())
                    .contains("There is no agent 'none'", "\"isError\":true");
            assertThat(
                            modern(daemon, "tools/call", "agents_show", "\"name\":\"agents_show\"")
                                    .body())
                    .contains("needs the argument 'id'", "\"isError\":true");
            assertThat(
                            modern(
                                            daemon,
                                            "tools/call",
                                            "=?base64?YWdlbnRzX3JlbW92ZQ==?=",
                                            "\"name\":\"agents_remove\",\"arguments\":{\"id\":\"a\"}")
                                    .body())
                    .contains("\"isError\":")
                    .contains("\"resultType\":\"complete\"");
            assertError(modern(daemon, "tools/call", "reload", "\"name\":\"reload\""), 200, -32602);
            assertError(legacy(daemon, "tools/call", "\"arguments\":{}"), 200, -32602);
        }
    }

    @Test
    void aLongResultEndsInALinkToAllOfIt() throws Exception {
        StringBuilder agents = new StringBuilder();
        for (int i = 100; i < 160; i++) {
            agents.append(",{\"id\":\"x")
                    .append(i)
                    .append("\",\"address\":\"127.0.0.1:")
                    .append(20000 + i)
                    .append("\"}");
        }
        try (TestDaemon daemon = TestDaemon.start("{\"agents\": [" + agents.substring(1) + "]}")) {
            String body =
                    modern(
                                    daemon,
                                    "tools/call",
                                    "agents_list",
                                    "\"name\":\"agents_list\",\"arguments\":{\"limit\":60}")
                            .body();
            String uri = "culvert://read/agents.list?limit=60";
            assertThat(body.length()).isBetween(8_000, 14_000);
            assertThat(body).contains("\"type\":\"resource_link\",\"uri\":\"" + uri + "\"");
            String whole = modern(daemon, "resources/read", uri, "\"uri\":\"" + uri + "\"").body();
            assertThat(whole).contains("x100", "x159", "\"mimeType\":\"application/json\"");
        }
    }

    @Test
    void askStreamsWhatTheAgentSaysAsProgressAndThenTheWhole() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                CompletionReader answer = ask(daemon, "\"progressToken\":\"t\\u00e9\",")) {
            Request message = guest.take();
            assertThat(message.payload()).isEqualTo("{\"role\":\"user\",\"content\":\"hi\"}");
            message.chunk("Hel\\u006co \\\"you\\\"");
            assertThat(answer.next())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"t\\u00e9\",\"progress\":1,\"message\":\"Hel\\u006co \\\"you\\\"\"}}");
            message.reply(
                    "chunk", "{\"content\":\"!\",\"done\":true,\"usage\":{\"total_tokens\":3}}");
            assertThat(answer.next()).contains("\"progress\":2,\"message\":\"!\"");
            assertThat(answer.header("content-type")).isEqualTo("text/event-stream");
            assertThat(answer.header("x-culvert-turn")).isEqualTo(message.id());
            List<String> rest = answer.rest();
            assertThat(rest).hasSize(1);
            assertThat(rest.getFirst())
                    .startsWith(
                            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"complete\",\"content\":[{\"type\":\"text\",\"text\":\"Hel\\u006co \\\"you\\\"!\"}],")
                    .contains(
                            "\"dev.culvert/turn\":\""
                                    + message.id()
                                    + "\",\"dev.culvert/usage\":{\"total_tokens\":3}");
            assertThat(answer.isBroken()).isFalse();
        }
    }

    private static CompletionReader ask(TestDaemon daemon, String token) throws Exception {
        String meta = meta("").replace("\"_meta\":{", "\"_meta\":{" + token);
        return new CompletionReader(
                daemon.stream(
                        "POST",
                        "/mcp",
                        message("tools/call", ASK + "," + meta),
                        headers("tools/call", "ask")));
    }

    @Test
    void askAnswersAClientThatTakesNoStreamWithJson() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", request -> request.done("ok"));
            HttpResponse<String> answer = daemon.send("POST", "/mcp", message("tools/call", ASK));
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.body())
                    .startsWith(
                            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}],");
        }
    }

    @Test
    void aLongAnswerEndsInALinkToAllOfIt() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume");
                TestDaemon daemon = daemon(guest)) {
            String said = "\\u00e9\\ud83d\\ude00ü".repeat(1_000);
            guest.on(
                    "message",
                    request -> {
                        request.chunk(1, said);
                        request.done(2, "end");
                    });
            guest.on(
                    "resume",
                    request -> {
                        request.chunk(1, said);
                        request.done(2, "end");
                    });
            String answer = modern(daemon, "tools/call", "ask", ASK).body();
            assertThat(answer.length()).isLessThan(10_000);
            Matcher link =
                    Pattern.compile("\"uri\":\"(culvert://turns/[^\"]+/answer)\"").matcher(answer);
            assertThat(link.find()).isTrue();
            String uri = link.group(1);
            assertThat(modern(daemon, "resources/read", uri, "\"uri\":\"" + uri + "\"").body())
                    .contains("😀üend\"")
                    .contains("\"mimeType\":\"text/plain\"");
        }
    }

    @Test
    void aLargeTaskReachesTheAgentAndALargeMistakeIsAnsweredInShape() throws Exception {
        String large = "x".repeat(2 * 1024 * 1024);
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", request -> request.done("ok"));
            String task = ASK.substring(0, ASK.lastIndexOf("\"message\":"));
            String answer =
                    modern(daemon, "tools/call", "ask", task + "\"message\":\"" + large + "\"}")
                            .body();
            assertThat(answer).contains("\"text\":\"ok\"");
            assertThat(guest.seen("message").getFirst()).contains(large);
            String unknown = task.replace("\"a\"", "\"none\"");
            assertThat(
                            modern(
                                            daemon,
                                            "tools/call",
                                            "ask",
                                            unknown + "\"message\":\"" + large + "\"}")
                                    .body())
                    .contains("There is no agent 'none'", "\"isError\":true");
            assertThat(
                            modern(
                                            daemon,
                                            "tools/call",
                                            "ask",
                                            task + "\"message\":1,\"more\":\"" + large + "\"}")
                                    .body())
                    .contains("\"code\":-32602", "'message' must be a string.");

            assertThat(daemon.post("/mcp", "{\"a\":\"" + large).body())
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,");
        }
    }

    @Test
    void anAgentThatIsNotThereIsAMistakeThatTheModelCanMend() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            assertThat(modern(daemon, "tools/call", "ask", ASK.replace("\"a\"", "\"none\"")).body())
                    .contains("There is no agent 'none'", "\"isError\":true");
            assertThat(
                            modern(
                                            daemon,
                                            "tools/call",
                                            "ask",
                                            "\"name\":\"ask\",\"arguments\":{\"agent\":\"a\"}")
                                    .body())
                    .contains("needs 'agent' and 'message'", "\"isError\":true");
        }
    }

    @Test
    void anEarlierClientCancelsByANotificationOfItsSession() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> asked =
                    daemon.begin(
                            "POST",
                            "/mcp",
                            message("tools/call", ASK),
                            "accept",
                            BOTH,
                            "mcp-session-id",
                            "s1");
            Request message = guest.take();
            String cancel =
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}";
            assertThat(daemon.send("POST", "/mcp", cancel, "mcp-session-id", "s2").statusCode())
                    .isEqualTo(202);
            assertThat(daemon.send("POST", "/mcp", cancel).statusCode()).isEqualTo(202);
            assertThat(daemon.get("/api/v1/turns").body()).contains(message.id());
            assertThat(daemon.send("POST", "/mcp", cancel, "mcp-session-id", "s1").statusCode())
                    .isEqualTo(202);
            Request cancelled = guest.take();
            assertThat(cancelled.type()).isEqualTo("cancel");
            assertThat(cancelled.id()).isEqualTo(message.id());
            assertThat(asked.get().body()).doesNotContain("\"result\"");
            daemon.awaitMetric("culvert_turns_cancelled_total{cause=\"client_gone\"}", 1);
        }
    }

    @Test
    void aModernClientConfirmsByAFormWhatDestroys() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            daemon.put("/api/v1/agents/z", "{\"address\":\"127.0.0.1:9\"}");
            String remove = "\"name\":\"agents_remove\",\"arguments\":{\"id\":\"z\"}";
            String[] headers = headers("tools/call", "agents_remove");
            String elicits = "," + meta("\"elicitation\":{}");
            assertThat(
                            daemon.send(
                                            "POST",
                                            "/mcp",
                                            message("tools/call", remove + elicits),
                                            headers)
                                    .body())
                    .contains(
                            "\"resultType\":\"input_required\",\"inputRequests\":{\"confirm\":{\"method\":\"elicitation/create\"")
                    .contains("DELETE /api/v1/agents/z");
            String no = ",\"inputResponses\":{\"confirm\":{\"action\":\"decline\"}}";
            assertThat(
                            daemon.send(
                                            "POST",
                                            "/mcp",
                                            message("tools/call", remove + no + elicits),
                                            headers)
                                    .body())
                    .contains("nothing was done", "\"isError\":true");
            assertThat(daemon.get("/api/v1/agents/z").statusCode()).isEqualTo(200);
            String yes =
                    ",\"inputResponses\":{\"confirm\":{\"action\":\"accept\",\"content\":{\"confirm\":true}}}";
            assertThat(
                            daemon.send(
                                            "POST",
                                            "/mcp",
                                            message("tools/call", remove + yes + elicits),
                                            headers)
                                    .body())
                    .contains("\"isError\":false", "\"dev.culvert/op\":");
            assertThat(daemon.get("/api/v1/agents/z").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void callsOfToolsAreCountedByKindAndOutcome() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));
            call(daemon, "ask", "\"agent\":\"a\",\"message\":\"hi\"");
            call(daemon, "ask", "\"agent\":\"nobody\",\"message\":\"hi\"");
            guest.on("message", message -> message.error("stream_broken", "no"));
            call(daemon, "ask", "\"agent\":\"a\",\"message\":\"hi\"");
            guest.hold("message");
            CompletionReader left = ask(daemon, "");
            guest.take();
            left.close();
            call(daemon, "agents_list", "");
            call(daemon, "agents_show", "\"id\":\"nobody\"");
            call(daemon, "agents_remove", "\"id\":\"nobody\"");
            call(daemon, "agents_explode", "\"id\":\"a\"");

            daemon.awaitMetric(calls("ask", "left"), 1);
            for (String[] one :
                    new String[][] {
                        {"ask", "done"},
                        {"ask", "refused"},
                        {"ask", "failed"},
                        {"read", "done"},
                        {"read", "refused"},
                        {"destroy", "asked"},
                        {"unknown", "refused"}
                    }) {
                assertThat(daemon.metric(calls(one[0], one[1]))).as(String.join(" ", one)).isOne();
            }
            assertThat(daemon.metric(calls("change", "done"))).isZero();
        }
    }

    /** By a client whose user can be asked. */
    private static void call(TestDaemon daemon, String tool, String arguments) throws Exception {
        String params = "\"name\":\"%s\",\"arguments\":{%s},".formatted(tool, arguments);
        try (CompletionReader answer =
                new CompletionReader(
                        daemon.stream(
                                "POST",
                                "/mcp",
                                message("tools/call", params + meta("\"elicitation\":{}")),
                                headers("tools/call", tool)))) {
            answer.rest();
        }
    }

    private static String calls(String tool, String outcome) {
        return "culvert_mcp_tool_calls_total{outcome=\"%s\",tool=\"%s\"}".formatted(outcome, tool);
    }

    @Test
    void resourcesAreTheAgentsOfTheCallerAndPromptsNameTheirTools() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            assertThat(modern(daemon, "resources/list", "", "").body())
                    .contains("\"uri\":\"culvert://agents/a\"", "\"ttlMs\":1000")
                    .doesNotContain("culvert://logs");
            assertThat(modern(daemon, "resources/templates/list", "", "").body())
                    .contains("\"uriTemplate\":\"culvert://turns/{id}/answer\"");
            assertThat(read(daemon, "culvert://agents/a"))
                    .contains("\\\"state\\\":\\\"ready\\\"", "\"ttlMs\":0");
            assertThat(read(daemon, "culvert://agents/a/config")).contains("revision");
            for (String none :
                    List.of(
                            "culvert://agents/none",
                            "culvert://logs",
                            "test://x",
                            "culvert://agents/",
                            "culvert://agents/a/b",
                            "culvert://read/agents.remove?id=a",
                            "culvert://turns/x")) {
                assertThat(read(daemon, none))
                        .contains(
                                "\"error\":{\"code\":-32602",
                                "\"data\":{\"uri\":\"" + none + "\"}");
            }
            assertThat(legacy(daemon, "resources/read", "\"uri\":\"test://x\"").body())
                    .contains("\"code\":-32002");
            assertThat(modern(daemon, "prompts/list", "", "").body())
                    .contains("\"name\":\"troubleshoot\"", "\"name\":\"plan\"");
            assertThat(
                            modern(
                                            daemon,
                                            "prompts/get",
                                            "troubleshoot",
                                            "\"name\":\"troubleshoot\",\"arguments\":{\"agent\":\"a\"}")
                                    .body())
                    .contains("Call agents_show with id a");
            assertThat(modern(daemon, "prompts/get", "plan", "\"name\":\"plan\"").body())
                    .contains("\"code\":-32602");
        }
    }

    private static String read(TestDaemon daemon, String uri) throws Exception {
        return modern(daemon, "resources/read", uri, "\"uri\":\"" + uri + "\"").body();
    }

    @Test
    void aCallerSeesTheToolsAndAgentsThatItsTokenAllows() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"event_loops\": "
                                        + eventLoops
                                        + ",\"agents\":[{\"id\":\"b\",\"tenant\":\"other\",\"address\":\""
                                        + guest.address()
                                        + "\"}]}")) {
            daemon.awaitState("b", "ready");
            String root =
                    token(
                            daemon.post(
                                    "/api/v1/tokens", "{\"name\":\"root\",\"roles\":[\"admin\"]}"));
            String acme =
                    token(
                            daemon.send(
                                    "POST",
                                    "/api/v1/tokens",
                                    "{\"name\":\"acme\",\"tenant\":\"acme\",\"scopes\":[\"agents:read\",\"agents:write\"]}",
                                    "authorization",
                                    "Bearer " + root));
            String reader =
                    token(
                            daemon.send(
                                    "POST",
                                    "/api/v1/tokens",
                                    "{\"name\":\"r\",\"tenant\":\"other\",\"scopes\":[\"agents:read\"]}",
                                    "authorization",
                                    "Bearer " + root));
            String[] asAcme = {"authorization", "Bearer " + acme};
            String[] asReader = {"authorization", "Bearer " + reader};
            String[] asRoot = {"authorization", "Bearer " + root};

            HttpResponse<String> nobody = modern(daemon, "tools/list", "", "");
            assertThat(nobody.statusCode()).isEqualTo(401);
            assertThat(nobody.body())
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,")
                    .contains("\"code\":\"unauthenticated\"");
            assertThat(names(modern(daemon, "tools/list", "", "", asReader).body()))
                    .contains("agents_list")
                    .doesNotContain("ask", "agents_remove", "token_list");
            assertThat(names(modern(daemon, "tools/list", "", "", asRoot).body()))
                    .contains("ask", "token_list", "reload");
            assertThat(modern(daemon, "tools/call", "ask", ASK, asReader).body())
                    .contains("\"code\":-32602");
            assertThat(modern(daemon, "resources/list", "", "", asReader).body())
                    .contains("culvert://agents/b");
            assertThat(modern(daemon, "resources/list", "", "", asAcme).body())
                    .doesNotContain("culvert://agents/b");
            String uri = "culvert://agents/b";
            assertThat(
                            modern(daemon, "resources/read", uri, "\"uri\":\"" + uri + "\"", asAcme)
                                    .body())
                    .contains("-32602");
            String asked = ASK.replace("\"a\"", "\"b\"");
            assertThat(modern(daemon, "tools/call", "ask", asked, asAcme).body())
                    .contains("There is no agent 'b'");
            assertThat(
                            modern(
                                            daemon,
                                            "resources/read",
                                            "culvert://logs",
                                            "\"uri\":\"culvert://logs\"",
                                            asRoot)
                                    .body())
                    .contains("\"mimeType\":\"text/plain\"");
        }
    }

    private static String token(HttpResponse<String> made) {
        Matcher found = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made.body());
        assertThat(found.find()).as(made.body()).isTrue();
        return found.group(1);
    }
}
