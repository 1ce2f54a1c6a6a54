package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.mcp.McpServer.Address;
import dev.culvert.mcp.McpServer.Program;
import dev.culvert.policy.Limits;
import dev.culvert.testing.Eventually;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ServerProgram;
import dev.culvert.tools.Servers;
import dev.culvert.tools.ToolException;
import dev.culvert.tools.WorkTree;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers over stdio and over HTTP, with real processes and sockets. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class McpClientsTest {
    private static final McpServer SHELL =
            new McpServer("sh", new Program(List.of("./server"), Map.of("KEY", "value"), false));

    @TempDir private Path work;
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private WorkTree files;
    private int seconds;
    private volatile String got = "{\"content\":[{\"type\":\"text\",\"text\":\"got it\"}]}";
    private McpClients clients;

    @BeforeEach
    void open() throws IOException {
        seconds = ShellServer.in(work);
        files = WorkTree.open(work);
        clients = new McpClients(new Reach(), McpLimits.DEFAULTS);
    }

    @AfterEach
    void close() {
        clients.close();
        files.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private final class Reach implements McpClients.Reach {
        @Override
        public ServerProgram start(Program program) throws ToolException {
            return ServerProgram.start(
                    new ServerProgram.Launch(
                            program.argv(), program.environment(), program.network()),
                    files,
                    Servers.UNCONFINED,
                    Map.of("PATH", "/usr/bin:/bin", "SECRET", "hidden"));
        }

        @Override
        public Loopback loopback() {
            return new Loopback((EventLoop) loops.next(), NioSocketChannel::new);
        }
    }

    private BuiltinTool tool(String name) {
        Eventually.await(
                () -> assertThat(clients.tools()).extracting(BuiltinTool::name).contains(name));
        return clients.tools().stream()
                .filter(it -> it.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    private String call(String name, String arguments) throws ToolException {
        return call(tool(name), arguments, cancelled::get);
    }

    private String call(BuiltinTool tool, String arguments, BooleanSupplier isCancelled)
            throws ToolException {
        return tool.run(
                Arguments.read(arguments),
                new Grant(
                        Limits.DEFAULT, _ -> true, 1_000, isCancelled::getAsBoolean, output::add));
    }

    private long sleepers() {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().commandLine().orElse("").endsWith("sleep " + seconds))
                .count();
    }

    private long starts() {
        try {
            return Files.readAllLines(work.resolve("starts.txt")).size();
        } catch (IOException _) {
            return 0;
        }
    }

    @Test
    void aProgramsToolsAreCalled() throws Exception {
        clients.serve(List.of(SHELL));

        assertThat(call("mcp__sh__echo", "{\"text\":\"hi\",\"n\":1.5,\"in\":{\"a\":[{}]}}"))
                .isEqualTo("hi");
        assertThat(call("mcp__sh__where", "{}")).isEqualTo(work.toRealPath() + " value none");
        assertThat(tool("mcp__sh__echo").description()).isEqualTo("Says it again");
        assertThat(starts()).isEqualTo(1);
    }

    @Test
    void aResultThatIsNotWhatTheToolSaysOfItIsAnError() throws Exception {
        clients.serve(List.of(SHELL));

        assertThat(call("mcp__sh__count", "{\"text\":\"7\"}")).isEqualTo("{\"n\":7}");
        assertThatThrownBy(() -> call("mcp__sh__count", "{\"text\":\"7.5\"}"))
                .isInstanceOf(ToolException.class)
                .hasMessage(
                        "the MCP server 'sh' has done its work, but its result is not what the tool's outputSchema says:"
                                + " structuredContent.n is a number, and must be integer");
        assertThatThrownBy(() -> call("mcp__sh__count", "{\"text\":\"nothing\"}"))
                .hasMessageEndingWith("it has no structuredContent");
        assertThatThrownBy(() -> call("mcp__sh__count", "{\"text\":\"wrong\"}"))
                .hasMessage("[no output]");
    }

    @Test
    void aProgramEndsWithItsClientAndSoDoesWhatItStarted() throws Exception {
        clients.serve(List.of(SHELL));
        tool("mcp__sh__echo");
        Eventually.await(
                () -> assertThat(sleepers()).isPositive()); // the shell may not have begun it

        clients.close();

        assertThat(clients.tools()).isEmpty();
        Eventually.await(() -> assertThat(sleepers()).isZero());
    }

    @Test
    void aProgramThatEndsIsStartedAgainAndHasNoToolsMeanwhile() throws Exception {
        clients.serve(List.of(SHELL));
        BuiltinTool echo = tool("mcp__sh__echo");

        assertThatThrownBy(() -> call("mcp__sh__die", "{}"))
                .isInstanceOf(ToolException.class)
                .hasMessage(
                        "the MCP server 'sh' ended with the status 3 and wrote: it is over; whether it did its work is not known");

        Eventually.await(() -> assertThat(starts()).isGreaterThanOrEqualTo(2));
        assertThat(call("mcp__sh__echo", "{\"text\":\"again\"}")).isEqualTo("again");
        assertThat(call(echo, "{\"text\":\"old\"}", () -> false)).isEqualTo("old");
    }

    @Test
    void aProgramThatDiesOfTheFirstQuestionIsAskedAnotherWay() throws Exception {
        Files.createFile(work.resolve("dies-of-discover"));
        clients.serve(List.of(SHELL));

        assertThat(call("mcp__sh__echo", "{\"text\":\"hi\"}")).isEqualTo("hi");
        assertThat(starts()).isEqualTo(2);
    }

    @Test
    void aCallThatIsCancelledIsCancelledAtTheProgramWhichThenHasOtherTools() throws Exception {
        clients.serve(List.of(SHELL));
        BuiltinTool slow = tool("mcp__sh__work");

        assertThatThrownBy(() -> call(slow, "{}", () -> !output.isEmpty()))
                .hasMessageContaining("was not waited for any more");

        assertThat(output).containsExactly("begun\n");
        Eventually.await(() -> assertThat(work.resolve("cancelled.txt")).exists());
        assertThatThrownBy(() -> call("mcp__sh__more", "{}")).hasMessage("it is wrong");
    }

    @Test
    void aServerThatIsNotConfiguredAnyMoreIsEnded() throws Exception {
        clients.serve(List.of(SHELL));
        BuiltinTool echo = tool("mcp__sh__echo");
        clients.serve(List.of(SHELL));
        assertThat(call("mcp__sh__echo", "{\"text\":\"same\"}")).isEqualTo("same");
        assertThat(starts()).isEqualTo(1);

        clients.serve(List.of());

        Eventually.await(() -> assertThat(sleepers()).isZero());
        assertThat(clients.tools()).isEmpty();
        assertThatThrownBy(() -> call(echo, "{}", () -> false))
                .hasMessage("the MCP server 'sh' does not run now; try again later");
    }

    @Test
    void aProgramThatIsNotThereIsSaidSoAndNothingElseHappens() {
        clients.serve(
                List.of(
                        new McpServer(
                                "no", new Program(List.of("no-such-program"), Map.of(), false))));
        assertThat(clients.tools()).isEmpty();
    }

    private HttpServer http(boolean modern) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/mcp", exchange -> answer(exchange, modern));
        server.start();
        clients.serve(
                List.of(
                        new McpServer(
                                "web",
                                new Address(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + server.getAddress().getPort()
                                                        + "/mcp?key=1")))));
        return server;
    }

    private void answer(HttpExchange exchange, boolean modern) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String id = body.replaceFirst("(?s).*?\"id\":([0-9]+).*", "$1");
        requests.add(
                exchange.getRequestMethod() + " " + exchange.getRequestHeaders().entrySet() + body);
        if (!modern && exchange.getRequestHeaders().containsKey("Mcp-method")) {
            send(exchange, 400, "text/plain", "no session");
        } else if (body.contains("server/discover")) {
            send(
                    exchange,
                    200,
                    "application/json",
                    result(
                            id,
                            "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}}}"));
        } else if (body.contains("\"initialize\"")) {
            exchange.getResponseHeaders().add("Mcp-Session-Id", "s-1");
            send(
                    exchange,
                    200,
                    "text/event-stream",
                    event(result(id, "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}")));
        } else if (body.contains("tools/list")) {
            send(
                    exchange,
                    200,
                    "application/json",
                    result(
                            id,
                            "{\"tools\":[{\"name\":\"get.it\",\"inputSchema\":{\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}}]}"));
        } else if (body.contains("tools/call")) {
            send(
                    exchange,
                    200,
                    "text/event-stream; charset=utf-8",
                    ": hello\n\n"
                            + event(
                                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                                            + id
                                            + ",\"progress\":1,\"message\":\"half\"}}")
                            + event(result(id, got)));
        } else {
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        }
    }

    private static String result(String id, String json) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + json + "}";
    }

    private static String event(String json) {
        return "event: message\ndata: " + json + "\n\n";
    }

    private static void send(HttpExchange exchange, int status, String type, String body)
            throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void aServerOfHttpIsCalledInTheNewestRevision() throws Exception {
        HttpServer server = http(true);
        try {
            assertThat(call("mcp__web__get_it", "{\"region\":\"us-west1\"}")).isEqualTo("got it");
            assertThat(output).containsExactly("half\n");
            assertThat(requests.getLast())
                    .startsWith("POST ")
                    .contains("Mcp-name=[get.it]", "Mcp-method=[tools/call]")
                    .contains("Mcp-protocol-version=[2026-07-28]", "Mcp-param-region=[us-west1]")
                    .contains("Accept=[application/json, text/event-stream]");
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"Which branch?\\u001b[2J"}},"b":{"method":"roots/list"},"c":7},"requestState":"s"} | asks for input, which an agent cannot give, so the call has no result (elicitation/create: Which branch?\\u001b[2J; roots/list); a call with arguments that leave nothing open may work
                    {"resultType":"input_required","requestState":"s","content":[{"type":"text","text":"no"}]} | asks for input, which an agent cannot give, so the call has no result; a call with arguments that leave nothing open may work
                    {"resultType":"task","taskId":"t1","status":"input_required"} | goes on with the call as a task, which an agent does not follow; whether it did its work is not known
                    {"task":{"taskId":"t1","status":"working"}} | goes on with the call as a task, which an agent does not follow; whether it did its work is not known
                    {"resultType":"later","content":[]} | answered with a result of the type 'later', which is not known here; whether it did its work is not known
                    """)
    void aResultThatIsNoneYetIsRefusedAndItsCallIsMadeOnce(String result, String why)
            throws Exception {
        got = result;
        HttpServer server = http(true);
        try {
            assertThatThrownBy(() -> call("mcp__web__get_it", "{}"))
                    .isInstanceOf(ToolException.class)
                    .hasMessage("the MCP server 'web' " + why);
            assertThat(requests).filteredOn(it -> it.contains("\"tools/call\"")).hasSize(1);
            got = "{\"resultType\":\"complete\",\"content\":[]}";
            assertThat(call("mcp__web__get_it", "{}")).isEqualTo("[no output]");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aServerOfHttpThatHasSessionsGetsOne() throws Exception {
        HttpServer server = http(false);
        try {
            assertThat(call("mcp__web__get_it", "{\"region\":\"x\"}")).isEqualTo("got it");
            assertThat(requests.getLast())
                    .contains("Mcp-session-id=[s-1]", "Mcp-protocol-version=[2025-06-18]")
                    .doesNotContain("Mcp-name", "Mcp-param", "io.modelcontextprotocol");
            clients.serve(List.of());
            Eventually.await(() -> assertThat(requests).anyMatch(it -> it.startsWith("DELETE ")));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aServerOfHttpThatIsNotThereIsReachedOnceItIs() throws Exception {
        HttpServer server = http(true);
        int port = server.getAddress().getPort();
        tool("mcp__web__get_it");
        BuiltinTool it = clients.tools().getFirst();
        server.stop(0);

        assertThatThrownBy(() -> call(it, "{}", () -> false))
                .hasMessageContaining("the MCP server 'web' ");

        Eventually.await(() -> assertThat(clients.tools()).isEmpty());
        HttpServer again =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        again.createContext("/mcp", exchange -> answer(exchange, true));
        again.start();
        try {
            assertThat(call("mcp__web__get_it", "{}")).isEqualTo("got it");
        } finally {
            again.stop(0);
        }
    }

    @Test
    void aCallIsBoundedInTime() {
        clients.serve(List.of(SHELL));
        BuiltinTool slow = tool("mcp__sh__work");
        Limits brief =
                new Limits(
                        Duration.ofMillis(200),
                        1_000,
                        List.of(),
                        false,
                        Limits.DEFAULT.maxFileBytes());
        assertThatThrownBy(() ->
                        slow.run(
                                Arguments.read("{}"),
                                new Grant(brief, _ -> true, 1_000, () -> false)))
                .hasMessageContaining("did not answer within 0.2 s");
    }
}
