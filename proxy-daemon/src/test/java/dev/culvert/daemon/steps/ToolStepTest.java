package dev.culvert.daemon.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.config.McpSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.config.ShellSettings;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.steps.StepBench.Ended;
import dev.culvert.mcp.McpServers;
import dev.culvert.mcp.ShellServer;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The step {@code tool} with a tool of an MCP server, which is a program. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ToolStepTest {
    @TempDir Path folder;

    private final StepBench bench = new StepBench();
    private FlowSettings settings = FlowSettings.DEFAULTS;
    private HostTools tools;
    private ToolStep step;

    @BeforeEach
    void begin() throws Exception {
        ShellServer.in(folder);
        settings = with("{\"shell\": {\"command\": [\"./server\"]}}");
        tools = new HostTools(() -> settings, Optional.empty(), bench.loops);
        step = new ToolStep(bench.own(), tools, () -> 100_000);
    }

    @AfterEach
    void close() {
        step.stop();
        bench.close();
    }

    private FlowSettings with(String mcp) throws Exception {
        FlowSettings it = FlowSettings.DEFAULTS;
        return new FlowSettings(
                it.dir(),
                it.env(),
                it.maxRuns(),
                it.maxSteps(),
                it.maxEach(),
                it.eachParallel(),
                it.maxFileBytes(),
                it.maxOutputBytes(),
                it.maxJournalBytes(),
                it.keep(),
                it.keepCache(),
                it.stepTimeout(),
                it.maxForwards(),
                new ShellSettings(
                        Optional.empty(), Optional.of(folder), ShellSettings.Confining.UNCONFINED),
                new McpSettings(McpServers.read("flows.mcp", mcp), mcp));
    }

    private Optional<String> refuses(String params) {
        return step.refuses((Node.Members) Jsonc.read(params.replace('\'', '"')));
    }

    private String run(String params) throws Exception {
        return bench.run(step, params).json();
    }

    @Test
    void callsTheToolOfAServerThatIsStartedThen() throws Exception {
        assertThat(folder.resolve("starts.txt")).doesNotExist();

        assertThat(run("{'mcp': 'shell', 'name': 'echo', 'arguments': {'text': 'hello'}}"))
                .isEqualTo("{\"text\": \"hello\", \"value\": null}");
        assertThat(run("{'mcp': 'shell', 'name': 'count', 'arguments': {'text': '7'}}"))
                .contains("\"value\": {\"n\": 7}");
        assertThat(folder.resolve("starts.txt")).hasContent("started");
    }

    @Test
    void whatThereIsNotIsRefusedBeforeAnythingRuns() throws Exception {
        assertThat(refuses("{'mcp': 'shel', 'name': 'echo'}"))
                .contains(
                        "there is no MCP server 'shel': flows.mcp of the daemon's settings has shell; did you mean shell?");
        assertThat(refuses("{'mcp': 'shell', 'name': 'ecko'}")).isEmpty(); // nobody knows yet
        run("{'mcp': 'shell', 'name': 'echo', 'arguments': {'text': 'x'}}");
        assertThat(refuses("{'mcp': 'shell', 'name': 'ecko'}"))
                .contains(
                        "the MCP server 'shell' has no tool 'ecko': it has echo, die, work, where, count; did you mean echo?");
        assertThat(bench.run(step, "{'mcp': 'shell', 'name': 'ecko'}").why().code())
                .isEqualTo("unknown_tool");
        assertThat(refuses("{'mcp': 'shell', 'name': '${each.item}'}")).isEmpty();
        assertThat(refuses("{'mcp': 'shell'}")).isPresent();
        assertThat(refuses("{'operation': 'agents.list', 'mcp': 'shell'}")).isPresent();
        assertThat(refuses("{'operation': 'agents.list', 'name': 'x'}")).isPresent();
        assertThat(refuses("{}")).isPresent();
    }

    @Test
    void aToolThatFailsIsAFailureInItsWords() throws Exception {
        StepFailure why =
                bench.run(step, "{'mcp': 'shell', 'name': 'count', 'arguments': {'text': 'wrong'}}")
                        .why();

        assertThat(why.code()).isEqualTo("tool_failed");
        assertThat(why.mayPass()).isFalse();
        assertThat(bench.run(step, "{'mcp': 'shell', 'name': 'die'}").why().sentence())
                .contains("whether it did its work is not known");
    }

    @Test
    void aStepThatIsCancelledCancelsTheCall() throws Exception {
        CompletableFuture<Ended> ended =
                bench.begin(step, "{'mcp': 'shell', 'name': 'work'}", Caller.ANYBODY);
        Eventually.await(() -> assertThat(folder.resolve("called.txt")).exists());

        bench.stops.getFirst().run();

        Eventually.await(() -> assertThat(folder.resolve("cancelled.txt")).exists());
        CompletableFuture<Ended> next =
                bench.begin(
                        step,
                        "{'mcp': 'shell', 'name': 'echo', 'arguments': {'text': 'next'}}",
                        Caller.ANYBODY);
        assertThat(next.get(20, TimeUnit.SECONDS).json()).contains("next");
        assertThat(ended.isDone() && ended.join().output() != null).isFalse();
    }

    @Test
    void aServerThatTheSettingsHaveNoMoreIsEnded() throws Exception {
        run("{'mcp': 'shell', 'name': 'echo', 'arguments': {'text': 'x'}}");

        settings = with("{}");

        assertThat(refuses("{'mcp': 'shell', 'name': 'echo'}"))
                .contains(
                        "there is no MCP server 'shell': flows.mcp of the daemon's settings has none");
        assertThat(tools.find("shell", "echo")).isNull();
    }

    @Test
    void onlyWhoMayOperateTheDaemonCallsAny() throws Exception {
        Caller tenant = new Caller("ci", Caller.Kind.TOKEN, "acme", Set.of(Scope.values()), null);

        StepFailure why = bench.run(step, "{'mcp': 'shell', 'name': 'echo'}", tenant).why();

        assertThat(why.code()).isEqualTo("forbidden");
        assertThat(Files.exists(folder.resolve("starts.txt"))).isFalse();
    }

    @Test
    void isCalledTwiceOnlyIfItSaysThatThisDoesNoHarm() {
        assertThat(step.isIdempotent((Node.Members) Jsonc.read("{\"mcp\": \"s\"}"))).isFalse();
        assertThat(
                        step.isIdempotent(
                                (Node.Members)
                                        Jsonc.read("{\"mcp\": \"s\", \"idempotent\": true}")))
                .isTrue();
    }
}
