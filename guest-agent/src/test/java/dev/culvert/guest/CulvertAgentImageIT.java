package dev.culvert.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.about.Version;
import dev.culvert.testing.NotifySocket;
import dev.culvert.testing.SocketHolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped image as a process, with a host that speaks the base protocol. */
@EnabledOnOs(OS.LINUX)
class CulvertAgentImageIT {
    private static final String SLOW = "the start was slow";

    @TempDir private Path directory;

    @Test
    void saysWhereItListensAndNothingElseAndAnswers() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo();
                BaseHost host = agent.host()) {
            assertThat(host.next())
                    .contains("\"status\":\"ready\"", "\"agent_version\":\"" + Version.text());
            host.say("m1", "one two three");
            assertThat(BaseHost.content(host.turn("m1"))).isEqualTo("one two three");
            host.send("ping", "p1", "{}");
            assertThat(host.nextAnswer()).contains("\"type\":\"pong\"");

            agent.terminate();

            assertThat(agent.exitCode()).isZero();
            assertThat(agent.out()).isEmpty();
            assertThat(agent.err()).contains("host connected").doesNotContain(SLOW, "WARN");
        }
    }

    @Test
    void helpAndVersionArePrintedAndThatIsAll() throws Exception {
        assertThat(output("--help")).contains("--runtime-key-file=FILE", "Exit codes:");
        assertThat(output("--version")).isEqualTo("culvert-agent " + Version.text() + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--max-turns=0", "--no-such-flag"})
    void aWrongFlagIsOneSentenceAndExit2(String flag) throws Exception {
        try (ShippedAgent agent = ShippedAgent.start(ShippedAgent.LAUNCHER, Map.of(), flag)) {
            assertThat(agent.exitCode()).isEqualTo(2);
            assertThat(agent.err()).contains(flag.split("=", -1)[0]).hasLineCount(1);
            assertThat(agent.out()).isEmpty();
        }
    }

    @Test
    void sigtermLetsATurnFinishAndAcceptsNobodyNew() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo("--echo-delay", "30ms")) {
            int port = agent.port();
            try (BaseHost host = new BaseHost(port)) {
                host.say("m1", "a b c d e f g h i j");
                assertThat(host.nextAnswer()).contains("\"content\":\"a");

                agent.terminate();
                List<String> rest = host.turn("m1");

                assertThat(BaseHost.content(rest)).isEqualTo("b c d e f g h i j");
                assertThat(rest.getLast()).contains("\"done\":true");
                assertThat(host.isEnded()).isTrue();
            }
            assertThat(agent.exitCode()).isZero();
            assertThatThrownBy(() -> new BaseHost(port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void sigintStopsItAsWell() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo();
                BaseHost host = agent.host()) {
            assertThat(host.next()).contains("\"status\":\"ready\"");

            agent.signal("INT");

            assertThat(host.isEnded()).isTrue();
            assertThat(agent.exitCode()).isZero();
        }
    }

    @Test
    void aSecondSignalEndsADrainAtOnceAndSaysHowManyTurnsWereCut() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo("--echo-delay", "1h");
                BaseHost host = agent.host()) {
            host.say("m1", "never ends");
            assertThat(host.nextAnswer()).contains("\"content\":\"never");

            agent.signal("INT");
            assertThat(host.next()).contains("\"status\":\"draining\"");
            agent.signal("INT");

            assertThat(agent.exitCode()).isEqualTo(130);
            assertThat(agent.err())
                    .contains("stopping: waiting up to 10.0 s (--drain) for 1 turn to end;")
                    .contains("stopped at the second signal: 1 turn was cut");
        }
    }

    @Test
    void sighupIsAnsweredByALineAndNothingElse() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo();
                BaseHost host = agent.host()) {
            agent.signal("HUP");
            host.say("m1", "one two");
            assertThat(BaseHost.content(host.turn("m1"))).isEqualTo("one two");

            agent.terminate();

            assertThat(agent.exitCode()).isZero();
            assertThat(agent.err()).contains("SIGHUP: nothing to do", "restart the agent");
        }
    }

    @Test
    void startAndStopHaveALineEach() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo("--state-dir", directory.toString())) {
            int port = agent.port();

            agent.terminate();

            assertThat(agent.exitCode()).isZero();
            assertThat(agent.err())
                    .contains(
                            "culvert-agent "
                                    + Version.text()
                                    + ": listening on tcp://127.0.0.1:"
                                    + port
                                    + ", runtime echo, state in "
                                    + directory
                                    + "/agent-state.json")
                    .contains("stopped: no turn was cut");
        }
    }

    @Test
    void sixtyFourTurnsRunAtOnce() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo("--echo-delay", "2ms");
                BaseHost host = agent.host()) {
            for (int turn = 0; turn < 64; turn++) {
                host.say("m" + turn, "turn " + turn + " has five words");
            }

            Map<String, List<String>> turns = host.turns(64);

            for (int turn = 0; turn < 64; turn++) {
                assertThat(BaseHost.content(turns.getOrDefault("m" + turn, List.of())))
                        .isEqualTo("turn " + turn + " has five words");
            }
        }
    }

    @Test
    void aMegabyteFitsFromSixteenHostsAtOnce() throws Exception {
        String word = "x".repeat(1 << 20);
        List<BaseHost> hosts = new ArrayList<>();
        try (ShippedAgent agent = ShippedAgent.echo()) {
            int port = agent.port();
            for (int i = 0; i < 16; i++) {
                BaseHost host = new BaseHost(port);
                hosts.add(host);
                host.say("m" + i, word);
            }
            for (int i = 0; i < 16; i++) {
                assertThat(BaseHost.content(hosts.get(i).turn("m" + i))).isEqualTo(word);
            }
        } finally {
            for (BaseHost host : hosts) {
                host.close();
            }
        }
    }

    @Test
    void twoHundredReconnectsAreServed() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo()) {
            int port = agent.port();
            for (int i = 0; i < 200; i++) {
                try (BaseHost host = new BaseHost(port)) {
                    assertThat(host.next()).contains("\"status\":\"ready\"");
                    host.say("m" + i, "hi");
                    if (i % 2 == 0) {
                        assertThat(BaseHost.content(host.turn("m" + i))).isEqualTo("hi");
                    }
                }
            }
        }
    }

    @Test
    void writesNothingToTemporaryDirectories() throws Exception {
        Map<String, String> environment =
                Map.of("CULVERT_JAVA_OPTIONS", "-Djava.io.tmpdir=" + directory);
        try (ShippedAgent agent = ShippedAgent.echo(ShippedAgent.LAUNCHER, environment);
                BaseHost host = agent.host()) {
            host.say("m", "hi");
            host.turn("m");

            assertThat(directory).isEmptyDirectory();
            Path process = Path.of("/proc", Long.toString(agent.pid()));
            assertThat(Files.readString(process.resolve("maps")))
                    .contains(ShippedAgent.IMAGE + "/lib/libnetty_transport_native_epoll")
                    .doesNotContain("/hsperfdata_");
            assertThat(openFiles(process))
                    .filteredOn(file -> !file.startsWith(ShippedAgent.IMAGE.toString()))
                    .noneMatch(file -> file.startsWith("/tmp/"));
        }
    }

    @Test
    void startsWithoutItsCacheAndSaysSoOnce() throws Exception {
        Path copy = copy();
        Files.delete(copy.resolve("lib/culvert-agent.aot"));

        assertStartsSlowly(copy);
    }

    @Test
    void startsWithACacheThatDoesNotFitAndSaysSoOnce() throws Exception {
        Path copy = copy();
        try (FileChannel cache =
                FileChannel.open(copy.resolve("lib/culvert-agent.aot"), StandardOpenOption.WRITE)) {
            cache.truncate(cache.size() / 2);
        }

        assertStartsSlowly(copy);
    }

    @Test
    void runsFromAnyPlaceThroughALinkAndMindsNoOtherJava() throws Exception {
        Path link = directory.resolve("agent");
        Files.createSymbolicLink(link, copy().resolve("bin/culvert-agent"));
        Map<String, String> environment =
                Map.of(
                        "PATH", "/usr/bin:/bin",
                        "JAVA_HOME", "/no/such",
                        "JAVA_TOOL_OPTIONS", "-XX:NoSuchOption",
                        "CLASSPATH", "/no/such");
        try (ShippedAgent agent = ShippedAgent.echo(link, environment);
                BaseHost host = agent.host()) {
            assertThat(host.next()).contains("\"status\":\"ready\"");

            agent.terminate();

            assertThat(agent.exitCode()).isZero();
            assertThat(agent.err()).as("the cache fits wherever the tree is").doesNotContain(SLOW);
        }
    }

    @Test
    void tellsSystemdWhenItIsReadyThatItLivesAndThatItStops() throws Exception {
        try (NotifySocket systemd = new NotifySocket(directory.resolve("notify").toString())) {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", systemd.name(), "WATCHDOG_USEC", "200000");
            try (ShippedAgent agent = ShippedAgent.echo(ShippedAgent.LAUNCHER, environment)) {
                String address = "tcp://127.0.0.1:" + agent.port();
                assertThat(systemd.next())
                        .containsExactly(
                                "READY=1",
                                "STATUS=listening on " + address + "; 0 turns under way");
                assertThat(systemd.next()).containsExactly("WATCHDOG=1");
                assertThat(systemd.next()).containsExactly("WATCHDOG=1");

                agent.terminate();

                assertThat(systemd.nextWith("STOPPING=1")).contains("EXTEND_TIMEOUT_USEC=20000000");
                assertThat(agent.exitCode()).isZero();
            }
        }
    }

    @Test
    void listensOnTheSocketOfASocketUnit() throws Exception {
        List<String> command =
                SocketHolder.holding(
                        List.of(ShippedAgent.LAUNCHER.toString(), "--runtime", "echo"));
        try (ShippedAgent holder =
                ShippedAgent.start(
                        Path.of(command.getFirst()),
                        Map.of("PATH", "/usr/bin:/bin"),
                        command.subList(1, command.size()).toArray(String[]::new))) {
            String port = holder.line().replace("holding ", "");
            assertThat(holder.line()).startsWith("started ");
            assertThat(holder.line()).isEqualTo("listening on tcp://127.0.0.1:" + port);
            try (BaseHost host = new BaseHost(Integer.parseInt(port))) {
                host.say("m1", "one two three");
                assertThat(BaseHost.content(host.turn("m1"))).isEqualTo("one two three");
            }
        }
    }

    private static void assertStartsSlowly(Path image) throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo(image.resolve("bin/culvert-agent"), Map.of());
                BaseHost host = agent.host()) {
            host.say("m", "hi");
            assertThat(BaseHost.content(host.turn("m"))).isEqualTo("hi");

            agent.terminate();

            assertThat(agent.exitCode()).isZero();
            assertThat(agent.err().lines().filter(line -> !line.contains(" INFO ")))
                    .singleElement()
                    .asString()
                    .contains(SLOW, "culvert-agent.aot");
        }
    }

    private static String output(String flag) throws Exception {
        try (ShippedAgent agent = ShippedAgent.start(ShippedAgent.LAUNCHER, Map.of(), flag)) {
            assertThat(agent.exitCode()).isZero();
            assertThat(agent.err()).isEmpty();
            return agent.out();
        }
    }

    private Path copy() throws IOException, InterruptedException {
        Path copy = directory.resolve("a copy");
        Process cp =
                new ProcessBuilder("cp", "-r", ShippedAgent.IMAGE.toString(), copy.toString())
                        .inheritIO()
                        .start();
        assertThat(cp.waitFor()).isZero();
        return copy;
    }

    private static List<String> openFiles(Path process) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> open = Files.list(process.resolve("fd"))) {
            for (Path file : open.toList()) {
                files.add(Files.readSymbolicLink(file).toString());
            }
        }
        return files;
    }
}
