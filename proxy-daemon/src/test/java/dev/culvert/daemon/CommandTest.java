package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.about.Version;
import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs of {@code culvert} against a daemon with two guests. */
@Timeout(60)
class CommandTest {
    private ScriptedGuest a;
    private ScriptedGuest b;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        a = ScriptedGuest.announcing("cancel", "resume", "credit");
        b = ScriptedGuest.start();
        daemon = TestDaemon.with(a, b);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        a.close();
        b.close();
    }

    private CommandRun run(String... arguments) {
        return User.of(daemon).run(arguments);
    }

    /** Without the parts that differ from run to run. */
    private static String stable(String text) {
        return text.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "HOST:PORT")
                .replaceAll("[ab]\\.[A-Za-z0-9_-]{24}", "TURN");
    }

    @Test
    void listsAgentsAsATable() {
        CommandRun run = run("agents", "list");

        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().map(CommandTest::stable))
                .satisfiesExactly(
                        head ->
                                assertThat(head)
                                        .matches(
                                                "AGENT +TENANT +PRESENCE +SINCE +TURNS +ADDRESS +LAST"
                                                        + " ERROR"),
                        first ->
                                assertThat(first)
                                        .matches("a +default +online +\\d+s +0 +tcp://HOST:PORT"),
                        second -> assertThat(second).startsWith("b "));
        assertThat(run.code()).isZero();
    }

    @Test
    void listsAgentsAsTheDaemonDescribesThem() {
        CommandRun run = run("agents", "list", "--output", "json");

        assertThat(stable(run.out()))
                .startsWith(
                        """
                        [
                          {
                            "id": "a",
                            "tenant": "default",
                            "address": "tcp://HOST:PORT",
                            "road": "dialled",
                            "presence": "online",
                            "state": "ready",
                            "since": "TIME",
                            "conditions": [],
                            "last_heard": "TIME",
                            "heartbeat": {
                        """);
    }

    @Test
    void listsOneAgentOnEachLineOfJson() {
        assertThat(run("agents", "-o", "jsonl").out().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"id\":\"") && line.endsWith("}"));
    }

    @Test
    void listsAgentsAsYaml() {
        assertThat(stable(run("agents", "-o", "yaml").out()))
                .startsWith(
                        """
                        - id: a
                          tenant: default
                          address: "tcp://HOST:PORT"
                          road: dialled
                          presence: online
                          state: ready
                          since: "TIME"
                        """);
    }

    @Test
    void listsOnlyTheNames() {
        assertThat(run("agents", "--output", "name").out()).isEqualTo("a\nb\n");
        assertThat(run("agents", "list", "--state", "unreachable", "-o", "name").out()).isEmpty();
    }

    @Test
    void flagsMayComeBeforeTheVerb() {
        assertThat(run("--output", "name", "agents").out()).isEqualTo("a\nb\n");
        assertThat(run("--output=name", "agents", "list").out()).isEqualTo("a\nb\n");
        assertThat(run("--context", "top", "agents").err()).contains("there is no context 'top'");
        assertThat(run("--timeout", "1s", "agenst").err()).contains("did you mean agents?");
        assertThat(run("--version").out()).isEqualTo("culvert " + Version.text() + "\n");
        assertThat(run("--help").out()).contains("  agents ", "  completion ");
    }

    @Test
    void showsOneAgent() {
        CommandRun run = run("agents", "show", "a");

        assertThat(run.out()).containsPattern("(?m)^state +ready$");
        assertThat(run.out()).containsPattern("(?m)^features +cancel, credit, resume$|features ");
    }

    @Test
    void anAgentThatDoesNotExistIsNotFound() {
        CommandRun run = run("agents", "show", "c");

        assertThat(run.code()).isEqualTo(5);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("culvert: ").contains("c", "(request ");
    }

    @Test
    void addsAndRemovesAnAgent() {
        CommandRun added = run("agents", "add", "c", "--address", "unix:///nowhere/c");
        assertThat(added.code()).isZero();
        assertThat(added.out()).isEmpty();
        assertThat(added.err()).startsWith("culvert: agent 'c' is ");

        CommandRun removed = run("agents", "remove", "c", "--output", "json");
        assertThat(removed.out())
                .isEqualTo(
                        """
                        {
                          "id": "c",
                          "removed": true
                        }
                        """);
        assertThat(run("agents", "show", "c").code()).isEqualTo(5);
    }

    @Test
    void anAgentHasOneAddress() {
        CommandRun run = run("agents", "add", "c");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("culvert: give exactly one of --address and --cid\n");
    }

    @Test
    void pingsHopByHop() {
        CommandRun run = run("ping", "a");

        assertThat(run.code()).isZero();
        assertThat(run.out().lines().map(line -> line.split(" ", 2)[0]))
                .containsExactly("HOP", "connect", "http", "dial", "frame");
        assertThat(run("ping", "a", "-o", "jsonl").out())
                .matches(
                        "\\{\"agent\":\"a\",\"connect_us\":\\d+,\"http_us\":\\d+,\"dial_us\":\\d+,"
                                + "\"frame_us\":\\d+}\n");
    }

    @Test
    void pingsTheRuntimeOfAnAgentThatTellsOfIt() {
        b.on(
                "ping",
                request ->
                        request.reply(
                                "pong",
                                "{\"guest_us\":31,\"runtime_us\":1840,\"runtime_status\":200}"));
        assertThat(run("ping", "b").out())
                .containsPattern("(?m)^guest +31 µs *$")
                .containsPattern("(?m)^runtime +1\\.8 ms +it answered 200$");
        b.on(
                "ping",
                request ->
                        request.reply(
                                "pong",
                                "{\"guest_us\":31,\"runtime_us\":9,\"runtime_error\":\"refused\"}"));
        CommandRun failed = run("ping", "b", "-o", "json");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).contains("\"runtime_us\"", "\"runtime_error\"", "refused");
    }

    @Test
    void anAgentThatDoesNotAnswerIsUnreachable() {
        assertThat(run("agents", "add", "c", "--address", "unix:///nowhere/c").code()).isZero();

        CommandRun run = run("ping", "c");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("c");
    }

    @Test
    void printsAWholeAnswer() throws Exception {
        b.on("message", request -> request.done("hello"));

        CommandRun run = run("message", "b", "how", "are you");

        assertThat(run.out()).isEqualTo("hello\n");
        assertThat(run.code()).isZero();
        assertThat(b.seen("message"))
                .containsExactly("{\"role\":\"user\",\"content\":\"how are you\"}");
    }

    @Test
    void readsTheMessageFromStdin() throws Exception {
        b.on("message", request -> request.done("hello"));

        CommandRun run = User.of(daemon).typing("from \"stdin\"").run("message", "b", "-");

        assertThat(run.out()).isEqualTo("hello\n");
        assertThat(b.seen("message"))
                .containsExactly("{\"role\":\"user\",\"content\":\"from \\\"stdin\\\"\"}");
    }

    @Test
    void anEmptyMessageIsAMistake() {
        assertThat(User.of(daemon).typing(" \n").run("message", "a", "-").code()).isEqualTo(2);
    }

    @Test
    void streamsAnAnswer() throws Exception {
        a.on(
                "message",
                request -> {
                    request.chunk(1, "hel");
                    request.chunk(2, "lo");
                    request.done(3, "");
                });

        CommandRun run = run("stream", "a", "hi");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("hello\n");
        assertThat(stable(run("stream", "a", "hi", "-o", "json").out()))
                .isEqualTo(
                        """
                        {"id":"TURN:1","event":"chunk","data":{"content":"hel","done":false}}
                        {"id":"TURN:2","event":"chunk","data":{"content":"lo","done":false}}
                        {"id":"TURN:3","event":"chunk","data":{"content":"","done":true}}
                        {"id":"TURN:4","event":"done","data":{}}
                        """);
    }

    @Test
    void anAnswerCannotSteerTheTerminal() throws Exception {
        b.on("message", request -> request.done("\\u001b[2Jgone"));

        assertThat(run("stream", "b", "hi").out()).isEqualTo("\u001b[2Jgone\n");
        assertThat(User.of(daemon).at(new Terminal(true, true, 80)).run("stream", "b", "hi").out())
                .isEqualTo("\\u001b[2Jgone\n");
    }

    @Test
    void ctrlCCancelsTheTurnAndSaysHowLongThatTook() throws Exception {
        AtomicReference<Runnable> pressed = new AtomicReference<>(() -> {});
        User user = User.of(daemon).interruptible(pressed::set);
        CompletableFuture<CommandRun> run =
                CompletableFuture.supplyAsync(
                        () -> user.run("stream", "a", "a long story"), Thread::startVirtualThread);
        ScriptedGuest.Request message = a.take();
        message.chunk(1, "once");
        Eventually.await(() -> assertThat(user.printed()).isEqualTo("once"));
        Thread signal = Thread.ofVirtual().start(pressed.get());
        a.take();
        message.numbered(2, "error", "{\"code\":\"cancelled\",\"message\":\"as you wish\"}");

        assertThat(run.get().code()).isEqualTo(130);
        assertThat(run.get().out()).isEqualTo("once\n");
        assertThat(run.get().err())
                .matches("culvert: cancelled: the agent stopped within [0-9.]+ (µs|ms|s)\n");
        signal.join();
    }

    @Test
    void aTurnThatFailsSaysWhy() throws Exception {
        b.on("message", request -> request.error("runtime_error", "the runtime is away"));

        CommandRun run = run("stream", "b", "hi");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("the runtime is away", "runtime_error");
    }

    @Test
    void listsShowsAndCancelsTurns() throws Exception {
        try (EventReader stream = daemon.stream()) {
            a.take().chunk(1, "begun");
            String turn = stream.next().id().split(":", 2)[0];

            CommandRun list = run("turns");
            assertThat(list.out().lines().toList().get(1))
                    .startsWith(turn + "  a")
                    .contains("running");
            assertThat(run("turns", "list", "--agent", "b", "-o", "name").out()).isEmpty();
            assertThat(run("turns", "list", "-o", "name").out()).isEqualTo(turn + "\n");
            assertThat(run("turns", "show", turn).out()).containsPattern("(?m)^state +running$");
        }
    }

    @Test
    void coloursAreForTerminals() {
        User user = User.of(daemon).at(new Terminal(true, true, 80));

        assertThat(user.run("agents").out()).contains("\u001b[32monline");
        assertThat(user.run("agents", "--color", "never").out()).doesNotContain("\u001b");
        assertThat(user.with("NO_COLOR", "1").run("agents").out()).doesNotContain("\u001b");
        assertThat(user.run("agents", "--color", "always").out()).contains("\u001b[32monline");
        assertThat(run("agents").out()).doesNotContain("\u001b");
    }

    @Test
    void aTableFitsTheTerminal() {
        assertThat(
                        User.of(daemon)
                                .at(new Terminal(true, true, 60))
                                .run("agents", "--color", "never")
                                .out()
                                .lines())
                .allMatch(line -> line.length() <= 60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--outptu", "agenst", "agents lst"})
    void whatIsNotKnownIsAMistake(String arguments) {
        CommandRun run = run(arguments.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains("--help");
    }

    @Test
    void aDaemonThatIsNotThereIsUnreachable(@TempDir Path folder) {
        CommandRun overTcp = run("agents", "--url", "http://127.0.0.1:1");
        assertThat(overTcp.code()).isEqualTo(3);
        assertThat(overTcp.err())
                .isEqualTo(
                        "culvert: the daemon at http://127.0.0.1:1 cannot be reached: Connection"
                                + " refused: is culvertd running, and does it listen there?\n");

        CommandRun overUnix = run("agents", "--url", "unix://" + folder.resolve("none.sock"));
        assertThat(overUnix.code()).isEqualTo(3);
        assertThat(overUnix.err()).contains("is culvertd running, and is the path right?");
    }

    @Test
    void aWrongAddressIsAMistake() {
        CommandRun run = run("agents", "--url", "ftp://x");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "culvert: 'ftp://x' is not the address of a daemon: it is http://HOST:PORT,"
                                + " https://HOST:PORT or unix:///PATH (--url)\n");
    }

    @Test
    void keepsContextsForItsOwnerAlone(@TempDir Path folder) throws Exception {
        Path settings = folder.resolve("culvert");
        User user = new User(settings);
        String url = "http://127.0.0.1:" + daemon.port();

        assertThat(user.run("context", "add", "here", "--url", url).err())
                .isEqualTo("culvert: the context 'here' is %s, the current one\n".formatted(url));
        assertThat(user.run("context", "add", "there", "--url", "http://127.0.0.1:1").err())
                .endsWith(": culvert context use there\n");

        assertThat(user.run("agents", "-o", "name").out()).isEqualTo("a\nb\n");
        assertThat(user.run("agents", "--context", "there").code()).isEqualTo(3);
        assertThat(user.run("context", "use", "there").code()).isZero();
        assertThat(user.run("agents").code()).isEqualTo(3);
        assertThat(user.run("context", "use", "nowhere").err())
                .isEqualTo("culvert: there is no context 'nowhere': there are here, there\n");
        assertThat(user.run("context", "use", "tehre").err()).endsWith("; did you mean there?\n");
        assertThat(user.run("context", "show", "-o", "jsonl").out())
                .isEqualTo(
                        "{\"url\":\"http://127.0.0.1:1\",\"said_by\":\"the current context"
                                + " 'there'\",\"has_token\":false,\"also_tried\":[]}\n");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(settings.resolve("contexts.jsonc"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aContextsFileThatCannotBeReadIsNamed(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("contexts.jsonc"), "{\"current\": ");

        CommandRun run = new User(folder).run("agents");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("contexts.jsonc cannot be read: line 1, column ");
    }

    @Test
    void findsTheDaemonByTheFirstOfItsAddresses(@TempDir Path folder) {
        User user = new User(folder);
        assertThat(user.run("context", "show", "-o", "name").out())
                .isEqualTo("http://127.0.0.1:8470\n");

        user.with("CULVERT_URL", "http://variable");
        assertThat(user.run("context", "show", "-o", "name").out()).isEqualTo("http://variable\n");
        assertThat(user.run("context", "show", "-o", "name", "--url", "unix:///flag.sock").out())
                .isEqualTo("unix:///flag.sock\n");
    }

    @Test
    void theTokenIsNeverPrinted(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "s3cret\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        User user = User.of(daemon);

        for (String format : new String[] {"table", "json", "yaml", "name"}) {
            CommandRun run =
                    user.run("context", "show", "--token-file", file.toString(), "-o", format);
            assertThat(run.code()).isZero();
            assertThat(run.out() + run.err()).doesNotContain("s3cret");
        }
    }
}
