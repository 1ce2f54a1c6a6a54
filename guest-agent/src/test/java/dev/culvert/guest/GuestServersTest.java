package dev.culvert.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.mcp.ShellServer;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The whole guest with the tools of an MCP server, over TCP. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class GuestServersTest {
    private static final String SERVER = "\"mcp\":{\"sh\":{\"command\":[\"./server\"]}}";
    private static final String ALLOWED =
            "\"policy\":{\"rules\":[{\"name\":\"mine\",\"decision\":\"allow\",\"tools\":[\"mcp__sh__*\"]}]},";

    @TempDir private Path directory;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private Path work;
    private HttpServer runtime;
    private Guest guest;
    private BaseHost host;
    private int turns;
    private int seconds;

    @BeforeEach
    void start() throws Exception {
        work = Files.createDirectory(directory.resolve("work"));
        seconds = ShellServer.in(work);
        runtime = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runtime.createContext("/v1/chat/completions", this::answer);
        runtime.start();
        open("confined");
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
        guest.close();
        runtime.stop(0);
    }

    private void open(String servers) throws Exception {
        String settings =
                "{\"listen\": \"tcp://127.0.0.1:0\", \"drain\": \"0s\", \"state_dir\": \"%s\", \"tools_dir\": \"%s\", \"tool_servers\": \"%s\", \"runtime\": \"http://127.0.0.1:%d\"}"
                        .formatted(
                                directory.resolve("state"),
                                work,
                                servers,
                                runtime.getAddress().getPort());
        guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", settings)), GuestSettings::read)
                                .value(),
                        Systemd.of(Map.of()));
        host = new BaseHost(((AgentAddress.Tcp) guest.address()).port());
        host.send("ping", "p0", "{\"tools\":true}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
    }

    /** What a user says is the call that the model makes, as NAME and its arguments. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        requests.add(request);
        String said =
                request.replaceFirst("(?s).*\"role\":\"user\",\"content\":\"([^\"]*)\".*", "$1");
        String delta =
                request.contains("\"tool_call_id\"") || !said.startsWith("mcp__")
                        ? "{\"content\":\"ready\"}"
                        : "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\""
                                + said
                                + "\",\"arguments\":\"{\\\"text\\\":\\\"hi\\\",\\\"n\\\":1.5}\"}}]}";
        byte[] stream =
                ("data: {\"choices\":[{\"index\":0,\"delta\":"
                                + delta
                                + "}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
                        .getBytes(UTF_8);
        exchange.getResponseHeaders().add("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, stream.length);
        exchange.getResponseBody().write(stream);
        exchange.close();
    }

    private String configure(String tools) throws IOException {
        host.send(
                "config_update",
                "u" + turns++,
                "{\"config\":{},\"tool_allowlist\":null,\"tools\":{" + tools + "}}");
        return host.nextAnswer();
    }

    private List<String> say(String text) throws IOException {
        String id = "m" + turns++;
        host.say(id, text);
        return host.turn(id);
    }

    /** Asks until the agent has reached the server. */
    private void awaitTools() throws IOException {
        long from = System.nanoTime();
        do {
            say("hello");
        } while (!requests.getLast().contains("\"name\":\"mcp__sh__echo\"")
                && System.nanoTime() - from < TimeUnit.SECONDS.toNanos(20));
        assertThat(requests.getLast()).contains("\"name\":\"mcp__sh__echo\"");
    }

    @Test
    void toolsOfAServerAreOfferedCalledAndAudited() throws Exception {
        assertThat(configure(ALLOWED + SERVER)).contains("\"applied\":true");
        awaitTools();
        assertThat(requests.getLast())
                .contains("\"description\":\"Says it again\",\"parameters\":{\"type\":\"object\"}");

        List<String> frames = say("mcp__sh__echo");

        assertThat(frames.get(0))
                .contains("\"type\":\"tool_call\"", "\"tool_name\":\"mcp__sh__echo\"", "\"n\":1.5");
        assertThat(frames.get(1)).contains("\"ok\":true", "\"result\":\"hi\"");
        assertThat(
                        Files.readString(
                                directory.resolve("state").resolve("audit").resolve("audit.log")))
                .contains(
                        "\"tool\":\"mcp__sh__echo\"", "\"rule\":\"mine\"", "\"outcome\":\"allow\"");
    }

    @Test
    void withoutARuleForThemToolsOfAServerAreRefused() throws Exception {
        assertThat(configure(SERVER)).contains("\"applied\":true");
        awaitTools();

        assertThat(say("mcp__sh__echo").get(1))
                .contains("\"ok\":false", "the policy denies it: ", "the built-in policy");
    }

    @Test
    void aServerThatIsConfinedWritesOnlyWhereToolsDo() throws Exception {
        configure(ALLOWED + SERVER);
        awaitTools();

        assertThat(say("mcp__sh__where").get(1)).contains("\"result\":\"" + work.toRealPath());
        assertThat(work.resolve("starts.txt")).exists();
        assertThat(directory.resolve("outside")).doesNotExist();
    }

    @Test
    void aServerThatIsKilledInMidCallGivesItsCallAResultAndIsThereAgain() throws Exception {
        configure(ALLOWED + SERVER);
        awaitTools();
        host.say("killed", "mcp__sh__work");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_output\"", "begun");

        ProcessHandle.current()
                .children()
                .filter(it -> it.info().commandLine().orElse("").endsWith(" ./server"))
                .forEach(ProcessHandle::destroyForcibly);

        List<String> frames = host.turn("killed");
        assertThat(frames.getFirst())
                .contains(
                        "\"type\":\"tool_result\"",
                        "\"ok\":false",
                        "the MCP server 'sh' ended with the status 137",
                        "whether it did its work is not known");
        assertThat(BaseHost.content(frames)).isEqualTo("ready");
        awaitTools();
        assertThat(say("mcp__sh__echo").get(1)).contains("\"ok\":true", "\"result\":\"hi\"");
    }

    @Test
    void whatTheSettingsDoNotAllowIsRefusedWithWords() throws Exception {
        assertThat(configure("\"mcp\":{\"a\":{\"url\":\"http://10.0.0.1/\"}}"))
                .contains(
                        "\"code\":\"invalid_payload\"", "'tools.mcp.a.url' must be an address on");
        host.close();
        guest.close();
        open("off");

        assertThat(configure(SERVER))
                .contains("\"code\":\"invalid_payload\"", "this agent starts no MCP servers")
                .contains("--tool-servers confined");
        assertThat(configure("\"mcp\":{\"web\":{\"url\":\"http://127.0.0.1:9/mcp\"}}"))
                .contains("\"applied\":true");
    }

    @Test
    void aServerIsThereAgainAfterARestartOfTheAgent() throws Exception {
        configure(ALLOWED + SERVER);
        awaitTools();
        host.close();
        guest.close();
        open("confined");

        awaitTools();

        assertThat(Files.readAllLines(work.resolve("starts.txt"))).hasSize(2);
        assertThat(ProcessHandle.allProcesses().filter(this::isOfTheServer).count()).isEqualTo(1);
    }

    @Test
    void anApprovedCallWaitsAfterARestartUntilTheServerHasListedItsTool() throws Exception {
        takeApprovals();
        configure(ALLOWED.replace("allow", "ask") + SERVER);
        awaitTools();
        host.say("asked", "mcp__sh__echo");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"");
        assertThat(host.nextAnswer()).contains("\"type\":\"approval\"");
        host.close();
        guest.close();
        Path away = Files.move(work.resolve("server"), directory.resolve("away"));
        open("confined");
        takeApprovals();
        String approve = host.nextAnswer();
        host.send(
                "approved",
                member(approve, "id"),
                "{\"approval_id\":\"%s\",\"decision\":\"allow\",\"by\":\"ada\",\"digest\":\"%s\",\"policy\":\"%s\"}"
                        .formatted(
                                member(approve, "approval_id"),
                                member(approve, "digest"),
                                member(approve, "policy")));
        host.send("ping", "p2", "{}");
        assertThat(host.nextAnswer()).contains("\"pong\"");

        Files.move(away, work.resolve("server"));
        String claim = host.nextAnswer();
        assertThat(claim).contains("\"type\":\"claim\"");
        host.send("resume", "asked", "{\"after\":2}");
        assertThat(host.nextAnswer()).contains("\"type\":\"approval\"");
        host.send(
                "claimed",
                member(claim, "id"),
                "{\"approval_id\":\"" + member(claim, "approval_id") + "\"}");

        assertThat(host.turn("asked").getFirst()).contains("\"ok\":true", "\"result\":\"hi\"");
    }

    private void takeApprovals() throws IOException {
        host.send("ping", "p1", "{\"tools\":true,\"approvals\":true}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
    }

    private static String member(String frame, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(frame);
        assertThat(matcher.find()).as("%s of %s", name, frame).isTrue();
        return matcher.group(1);
    }

    private boolean isOfTheServer(ProcessHandle process) {
        return process.info().commandLine().orElse("").endsWith("sleep " + seconds);
    }
}
