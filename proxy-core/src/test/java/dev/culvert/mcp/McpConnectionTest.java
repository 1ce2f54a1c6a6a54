package dev.culvert.mcp;

import static dev.culvert.mcp.ScriptedWire.error;
import static dev.culvert.mcp.ScriptedWire.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class McpConnectionTest {
    private static final McpLimits LIMITS =
            new McpLimits(
                    1 << 16,
                    1 << 18,
                    3,
                    4,
                    200,
                    500,
                    20,
                    Duration.ofMillis(200),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(1),
                    Duration.ofMillis(5));

    private static final String DISCOVERED =
            "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{\"listChanged\":true}}}";

    private static final ToolList.Listed ECHO =
            new ToolList.Listed("echo", "", "{}", HeaderParams.NONE, null);
    private static final Members HI = new Members(Map.of("text", new Text("hi")));

    private final List<String> progress = new ArrayList<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final McpConnection.Watcher watcher =
            new McpConnection.Watcher() {
                @Override
                public boolean isCancelled() {
                    return cancelled.get();
                }

                @Override
                public void onProgress(String text) {
                    progress.add(text);
                    cancelled.set(text.equals("last"));
                }
            };

    private static ScriptedWire modern(Function<Outgoing, List<String>> rest) {
        return new ScriptedWire(
                true,
                message ->
                        message.method().equals("server/discover")
                                ? List.of(result(message, DISCOVERED))
                                : rest.apply(message));
    }

    private static McpConnection open(ScriptedWire wire) throws McpException {
        return McpConnection.open(wire, LIMITS, false);
    }

    @Test
    void eachRequestOfTheNewestRevisionStandsForItself() throws Exception {
        ScriptedWire wire =
                modern(message -> List.of(result(message, "{\"content\":[],\"isError\":false}")));
        McpConnection connection = open(wire);
        connection.call(ECHO, HI, Duration.ofSeconds(5), watcher);

        assertThat(connection.revision()).isEqualTo("2026-07-28");
        assertThat(wire.sent("tools/call").getFirst())
                .contains("\"name\":\"echo\"", "\"arguments\":{\"text\":\"hi\"}")
                .contains("\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"")
                .contains(
                        "\"io.modelcontextprotocol/clientCapabilities\":{}", "\"progressToken\":");
        assertThat(wire.sent.getLast().headers())
                .containsEntry("Mcp-Method", "tools/call")
                .containsEntry("Mcp-Name", "echo");
        assertThat(wire.sent("subscriptions/listen").getFirst())
                .contains("\"notifications\":{\"toolsListChanged\":true}");
        assertThat(wire.sent("initialize")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-25", "2025-06-18", "2025-03-26"})
    void aServerThatKnowsOnlyInitializeIsAskedByIt(String revision) throws Exception {
        ScriptedWire wire = legacy(revision, message -> List.of(error(message, -32601, "{}")));
        McpConnection connection = open(wire);

        assertThat(connection.revision()).isEqualTo(revision);
        assertThat(wire.sent("initialize").getFirst())
                .contains(
                        "\"protocolVersion\":\"2025-11-25\"",
                        "\"clientInfo\":{\"name\":\"culvert\"")
                .doesNotContain("_meta");
        assertThat(wire.sent("notifications/initialized")).hasSize(1);
        assertThat(wire.sent("tools/list")).isEmpty();
    }

    private static ScriptedWire legacy(
            String revision, Function<Outgoing, List<String>> toDiscover) {
        return new ScriptedWire(
                true,
                message ->
                        switch (message.method()) {
                            case "server/discover" -> toDiscover.apply(message);
                            case "initialize" ->
                                    List.of(
                                            result(
                                                    message,
                                                    "{\"protocolVersion\":\""
                                                            + revision
                                                            + "\",\"capabilities\":{}}"));
                            default -> List.of();
                        });
    }

    @Test
    void aServerThatDoesNotAnswerTheFirstQuestionIsAskedByInitialize() throws Exception {
        assertThat(open(legacy("2025-06-18", _ -> List.of())).revision()).isEqualTo("2025-06-18");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"supported":["2026-07-28","2025-11-25"]} | 2025-11-25
                    {"supported":["2025-06-18"]}              | 2025-06-18
                    """)
    void aServerOfBothErasThatRefusesTheNewestIsAskedByInitialize(String data, String revision)
            throws Exception {
        ScriptedWire wire = legacy(revision, message -> List.of(error(message, -32022, data)));
        assertThat(open(wire).revision()).isEqualTo(revision);
    }

    @Test
    void aServerThatSpeaksNoneOfOurRevisionsIsNotUsed() {
        ScriptedWire later =
                legacy(
                        "x",
                        message ->
                                List.of(
                                        error(
                                                message,
                                                -32022,
                                                "{\"supported\":[\"2099-01-01\"]}")));
        assertThatThrownBy(() -> open(later))
                .isInstanceOf(McpException.class)
                .hasMessageContaining("speaks none of the revisions 2026-07-28 and 2025-11-25")
                .hasMessageContaining("2099-01-01");
        assertThat(later.sent("initialize")).isEmpty();
        ScriptedWire old = legacy("2024-11-05", message -> List.of(error(message, -32601, "{}")));
        assertThatThrownBy(() -> open(old))
                .hasMessageContaining("answered initialize with the revision '2024-11-05'");
    }

    @Test
    void aServerThatEndsIsNotAskedFurther() {
        ScriptedWire wire = legacy("2025-11-25", _ -> List.of("END ended with the status 1"));
        assertThatThrownBy(() -> open(wire)).hasMessage("ended with the status 1");
        assertThat(wire.sent("initialize")).isEmpty();
    }

    @Test
    void allPagesOfToolsAreRead() throws Exception {
        ScriptedWire wire =
                modern(message ->
                        List.of(
                                message.json().contains("\"cursor\":\"two\"")
                                        ? result(message, "{\"tools\":[" + tool("c", "") + "]}")
                                        : result(
                                                message,
                                                "{\"tools\":["
                                                        + tool("a", "does a")
                                                        + ","
                                                        + tool("b", "x".repeat(50))
                                                        + "],\"nextCursor\":\"two\"}")));
        ToolList list = open(wire).tools();

        assertThat(list.tools()).extracting(ToolList.Listed::name).containsExactly("a", "b", "c");
        assertThat(list.tools())
                .extracting(ToolList.Listed::description)
                .contains("does a", "x".repeat(20));
        assertThat(list.leftOut()).isEmpty();
    }

    private static String tool(String name, String description) {
        return "{\"name\":\"%s\",\"description\":\"%s\",\"inputSchema\":{\"type\":\"object\"}}"
                .formatted(name, description);
    }

    @Test
    void toolsBeyondTheBoundsAreLeftOutAndSaidSo() throws Exception {
        String large = "{\"name\":\"large\",\"inputSchema\":{\"x\":\"" + "y".repeat(300) + "\"}}";
        String marked =
                "{\"name\":\"m\",\"inputSchema\":{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}}";
        String task =
                "{\"name\":\"t\",\"inputSchema\":{},\"execution\":{\"taskSupport\":\"required\"}}";
        ScriptedWire wire =
                modern(message ->
                        List.of(
                                result(
                                        message,
                                        "{\"tools\":[%s,%s,%s,%s,%s,{\"name\":\"s\"},7]}"
                                                .formatted(
                                                        tool("a", ""),
                                                        tool("a", ""),
                                                        large,
                                                        marked,
                                                        task))));
        ToolList list = open(wire).tools();

        assertThat(list.tools()).extracting(ToolList.Listed::name).containsExactly("a");
        assertThat(list.leftOut())
                .contains("'a': it is listed twice", "'large': its schema", "too large")
                .contains("'m': an x-mcp-header in its schema breaks the rules")
                .contains("'t': it can be called only as a task, which is not supported")
                .contains("'s': its inputSchema is not an object", "'null': it has no name");
    }

    @Test
    void aListWithoutAnEndIsGivenUp() throws Exception {
        ScriptedWire wire =
                modern(message -> List.of(result(message, "{\"tools\":[],\"nextCursor\":\"on\"}")));
        McpConnection connection = open(wire);
        assertThatThrownBy(connection::tools).hasMessage("lists its tools on more than 4 pages");
    }

    private static String progress(Outgoing to, String rest) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                + to.id()
                + ","
                + rest
                + "}}";
    }

    @Test
    void progressIsToldAndQuestionsOfEarlierServersAreAnswered() throws Exception {
        ScriptedWire wire =
                new ScriptedWire(
                        true,
                        message ->
                                switch (message.method()) {
                                    case "server/discover" -> List.of(error(message, -32601, "{}"));
                                    case "initialize" ->
                                            List.of(
                                                    result(
                                                            message,
                                                            "{\"protocolVersion\":\"2025-11-25\"}"));
                                    case "tools/call" ->
                                            List.of(
                                                    progress(message, "\"progress\":1,\"total\":2"),
                                                    "[{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"roots/list\"}]",
                                                    progress(
                                                            message,
                                                            "\"progress\":2,\"message\":\"almost\""),
                                                    result(message, "{\"content\":[]}"));
                                    default -> List.of();
                                });
        open(wire).call(ECHO, HI, Duration.ofSeconds(5), watcher);

        assertThat(progress).containsExactly("[progress 1 of 2]", "almost");
        assertThat(wire.sent(""))
                .containsExactly(
                        "{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"result\":{}}",
                        "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
    }

    @Test
    void aCallThatIsCancelledOrLateIsCancelledAtTheServer() throws Exception {
        ScriptedWire wire =
                modern(message ->
                        message.method().equals("tools/call")
                                ? List.of(progress(message, "\"progress\":1,\"message\":\"last\""))
                                : List.of());
        McpConnection connection = open(wire);

        assertThatThrownBy(() -> connection.call(ECHO, HI, Duration.ofSeconds(5), watcher))
                .hasMessage("was not waited for any more");
        long id =
                wire.sent.stream()
                        .filter(it -> it.method().equals("tools/call"))
                        .findAny()
                        .orElseThrow()
                        .id();
        assertThat(wire.sent("notifications/cancelled"))
                .singleElement()
                .asString()
                .contains("\"requestId\":" + id);
        cancelled.set(false);
        progress.clear();
        ScriptedWire silent = modern(_ -> List.of());
        McpConnection other = open(silent);
        assertThatThrownBy(() -> other.call(ECHO, HI, Duration.ofMillis(100), watcher))
                .hasMessage("did not answer within 0.1 s");
        assertThat(silent.sent("notifications/cancelled")).hasSize(1);
    }

    @Test
    void overHttpTheEndOfTheConnectionCancels() throws Exception {
        ScriptedWire wire =
                new ScriptedWire(
                        false,
                        message ->
                                message.method().equals("server/discover")
                                        ? List.of(result(message, DISCOVERED))
                                        : List.of());
        McpConnection connection = open(wire);
        assertThatThrownBy(() -> connection.call(ECHO, HI, Duration.ofMillis(100), watcher))
                .hasMessageContaining("did not answer");
        assertThat(wire.sent("notifications/cancelled")).isEmpty();
    }

    @Test
    void aChangeOfToolsIsTold() throws Exception {
        ScriptedWire wire = modern(_ -> List.of());
        McpConnection connection = open(wire);
        assertThat(connection.awaitChange(Duration.ofMillis(10))).isFalse();
        wire.unasked.offer(new Incoming.Notice("notifications/message", Members.NONE));
        wire.unasked.offer(new Incoming.Notice("notifications/tools/list_changed", Members.NONE));
        assertThat(connection.awaitChange(Duration.ofSeconds(5))).isTrue();
        wire.unasked.end("ended", true);
        assertThatThrownBy(() -> connection.awaitChange(Duration.ofSeconds(5))).hasMessage("ended");
    }

    @Test
    void argumentsThatAToolMarksAreHeaders() throws Exception {
        HeaderParams params =
                HeaderParams.of(
                        (Members)
                                Tree.read(
                                        """
                                        {"properties": {"region": {"type": "string", "x-mcp-header": "Region"},
                                          "in": {"properties": {"n": {"type": "integer", "x-mcp-header": "N"}}},
                                          "ok": {"type": "boolean", "x-mcp-header": "Ok"}}}
                                        """));
        assertThat(
                        params.headers(
                                (Members)
                                        Tree.read(
                                                "{\"region\":\"Köln\",\"in\":{\"n\":-7},\"ok\":null}")))
                .containsExactly(
                        Map.entry("Mcp-Param-Region", "=?base64?S8O2bG4=?="),
                        Map.entry("Mcp-Param-N", "-7"));
        assertThat(HeaderParams.encoded("us-west1")).isEqualTo("us-west1");
        assertThat(HeaderParams.encoded(" padded ")).isEqualTo("=?base64?IHBhZGRlZCA=?=");
        assertThat(HeaderParams.encoded("=?base64?literal?="))
                .isEqualTo("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
    }

    @Test
    void aResultIsText() throws Exception {
        Members result =
                (Members)
                        Tree.read(
                                """
                                {"content": [{"type": "text", "text": "one"}, {"type": "image", "data": "AAAA", "mimeType": "image/png"},
                                  {"type": "resource_link", "uri": "file:///a", "name": "a"},
                                  {"type": "resource", "resource": {"uri": "file:///b", "text": "in b"}}, {"type": "new"}],
                                 "structuredContent": {"n": 1}}
                                """);
        assertThat(ResultText.of(result, 1_000))
                .isEqualTo(
                        "one\n[image, image/png, 4 characters of Base64, not shown]\n[resource a: file:///a]\n"
                                + "[resource file:///b]\nin b\n[content of an unknown type, not shown]");
        assertThat(
                        ResultText.of(
                                (Members) Tree.read("{\"structuredContent\":{\"n\":1.50}}"), 1_000))
                .isEqualTo("{\"n\":1.50}");
        assertThat(ResultText.of(Members.NONE, 1_000)).isEqualTo("[no output]");
        assertThat(
                        ResultText.of(
                                (Members)
                                        Tree.read(
                                                "{\"content\":[{\"type\":\"text\",\"text\":\"aé\"}]}"),
                                2))
                .isEqualTo("a\n[it put out 3 bytes]");
    }
}
