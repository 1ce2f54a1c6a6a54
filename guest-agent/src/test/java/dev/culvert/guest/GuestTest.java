package dev.culvert.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.IdentitySettings;
import dev.culvert.guest.config.JoinSettings;
import dev.culvert.guest.config.ListenSettings;
import dev.culvert.guest.config.OutsideSettings;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeSource;
import dev.culvert.guest.config.RuntimeTimeouts;
import dev.culvert.guest.config.SubjectSettings;
import dev.culvert.guest.config.ToolSettings;
import dev.culvert.guest.config.TunnelSettings;
import dev.culvert.guest.config.TurnLimits;
import dev.culvert.guest.runtime.ScriptedRuntime;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole guest over TCP, with a host that speaks the base protocol. */
class GuestTest {
    private static final RuntimeSource ECHO = new RuntimeSource.Echo(Duration.ZERO);

    @TempDir private Path directory;

    @Test
    void echoesAMessageWordByWord() throws IOException {
        try (Guest guest = guest(ECHO);
                BaseHost host = new BaseHost(port(guest))) {
            assertThat(host.next()).contains("\"status\":\"ready\"");
            host.say("m1", "one two three");

            List<String> frames = host.turn("m1");

            assertThat(frames).hasSizeGreaterThan(3);
            assertThat(BaseHost.content(frames)).isEqualTo("one two three");
            assertThat(frames.getLast()).contains("\"finish_reason\":\"stop\"", "\"usage\"");
        }
    }

    @Test
    void bridgesToTheRuntimesHttpInterface() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.stream(
                                        ScriptedRuntime.chunk("Hel"),
                                        ScriptedRuntime.chunk("lo"),
                                        ScriptedRuntime.chunk("{}", "stop")));
                Guest guest = guest(http(runtime, keyFile()));
                BaseHost host = new BaseHost(port(guest))) {
            host.send(
                    "config_update",
                    "c1",
                    "{\"config\":{\"headers\":{\"x-openclaw-agent-id\":\"a7\"}},\"tool_allowlist\":[]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m1", "hi");

            assertThat(BaseHost.content(host.turn("m1"))).isEqualTo("Hello");
            ScriptedRuntime.Request request = runtime.request();
            assertThat(request.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
            assertThat(request.headers())
                    .containsEntry("authorization", "Bearer sekret")
                    .containsEntry("x-openclaw-agent-id", "a7");
        }
    }

    @Test
    void theHostChoosesTheKindOfRuntimeAndHearsOfTheChangeAtOnce() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.messages(ScriptedRuntime.message("Hello")),
                                ScriptedRuntime.stream(
                                        ScriptedRuntime.chunk("again"),
                                        ScriptedRuntime.chunk("{}", "stop")));
                Guest guest = guest(http(runtime, keyFile()));
                BaseHost host = new BaseHost(port(guest))) {
            assertThat(host.next()).contains("\"runtime_kind\":\"openai\"");
            host.send(
                    "config_update",
                    "c1",
                    "{\"config\":{\"runtime_kind\":\"anthropic\",\"headers\":{\"anthropic-beta\":\"b1\"}},\"tool_allowlist\":[]}");
            assertThat(List.of(host.next(), host.next()))
                    .anyMatch(frame -> frame.contains("\"applied\":true"))
                    .anyMatch(frame -> frame.contains("\"runtime_kind\":\"anthropic\""));

            host.say("m1", "hi");

            List<String> frames = host.turn("m1");
            assertThat(BaseHost.content(frames)).isEqualTo("Hello");
            assertThat(frames.getLast())
                    .contains(
                            "\"finish_reason\":\"stop\"",
                            "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,",
                            "\"anthropic\":{\"stop_reason\":\"end_turn\"");
            ScriptedRuntime.Request request = runtime.request();
            assertThat(request.line()).isEqualTo("POST /v1/messages HTTP/1.1");
            assertThat(request.headers())
                    .containsEntry("x-api-key", "sekret")
                    .containsEntry("anthropic-version", "2023-06-01")
                    .containsEntry("anthropic-beta", "b1");
            assertThat(request.body()).startsWith("{\"model\":\"m\",\"max_tokens\":8192,");

            host.send("config_update", "c2", "{\"config\":{},\"tool_allowlist\":[]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m2", "hi");

            assertThat(BaseHost.content(host.turn("m2"))).isEqualTo("again");
            assertThat(runtime.request().line()).startsWith("POST /v1/chat/completions ");
        }
    }

    @Test
    void theHostHearsThatTheRuntimeCannotBeReachedAndThatItCanAgain() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        int port;
        try (ServerSocket gone = new ServerSocket(0, 8, here)) {
            port = gone.getLocalPort();
        }
        RuntimeSource nobody =
                new RuntimeSource.Http(
                        URI.create("http://127.0.0.1:" + port),
                        null,
                        RuntimeRequests.DEFAULTS,
                        RuntimeTimeouts.DEFAULTS,
                        RuntimeLimits.DEFAULTS);
        try (Guest guest = Guest.start(everySecond(nobody), Systemd.ABSENT);
                BaseHost host = new BaseHost(port(guest))) {
            String said = host.next();
            while (!said.contains("runtime_error")) {
                said = host.next();
            }
            assertThat(said).contains("heartbeat", "\"runtime_error\":\"", "refused");
            try (ServerSocket runtime = new ServerSocket(port, 8, here)) {
                while (said.contains("runtime_error")) {
                    said = host.next();
                }
                assertThat(said).contains("\"status\":\"running\"");
                assertThat(runtime.isBound()).isTrue();
            }
        }
    }

    @Test
    void aToolThatAnAnthropicRuntimeMayNotUseIsBlockedBeforeAnyPartOfItsCall() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.messages(
                                        ScriptedRuntime.messageStart(),
                                        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"rm\",\"input\":{}}}",
                                        "{\"type\":\"content_block_stop\",\"index\":0}"));
                Guest guest = guest(http(runtime, null));
                BaseHost host = new BaseHost(port(guest))) {
            host.send(
                    "config_update",
                    "c1",
                    "{\"config\":{\"runtime_kind\":\"anthropic\"},\"tool_allowlist\":[\"read*\"]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");

            host.say("m1", "hi");

            assertThat(host.nextAnswer()).contains("tool_blocked", "\"tool_name\":\"rm\"");
            runtime.awaitCloseByClient();
        }
    }

    @Test
    void anAgentWithoutToolsOfItsOwnWritesDownWhatItBlocks() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.stream(
                                        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"rm\"}}]}}]}"));
                Guest guest =
                        Guest.start(
                                settings(http(runtime, null), directory, Duration.ZERO),
                                Systemd.ABSENT);
                BaseHost host = new BaseHost(port(guest))) {
            host.send("config_update", "c1", "{\"config\":{},\"tool_allowlist\":[\"read*\"]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m1", "hi");

            assertThat(host.nextAnswer()).contains("tool_blocked");
            assertThat(Files.readString(directory.resolve("audit").resolve("audit.log")))
                    .contains("\"who\":\"host\"", "\"tool\":\"rm\"", "\"outcome\":\"blocked\"");
        }
    }

    @Test
    void theVersionOfThePolicyIsInTheAnswerAndInHeartbeats() throws Exception {
        try (Guest guest = guest(ECHO)) {
            try (BaseHost host = new BaseHost(port(guest))) {
                host.send(
                        "config_update",
                        "c1",
                        "{\"config\":{},\"tool_allowlist\":null,\"tools\":{\"policy\":"
                                + "{\"rules\":[{\"decision\":\"deny\",\"tools\":[\"rm\"]}]}}}");
                assertThat(host.nextAnswer()).contains("\"applied\":true,\"policy\":\"sha256:");
            }
            try (BaseHost host = new BaseHost(port(guest))) {
                assertThat(host.next())
                        .contains("heartbeat", "\"policy\":\"sha256:")
                        .contains("\"policies\":[{\"level\":\"agent\",\"version\":\"sha256:");
            }
        }
    }

    @Test
    void whatWasNotFinishedIsNeverReportedAsDone() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.rawThenClose(
                                        ScriptedRuntime.streamHead()
                                                + ScriptedRuntime.encoded(
                                                        "data: "
                                                                + ScriptedRuntime.chunk("half of")
                                                                + "\n\n")));
                Guest guest = guest(http(runtime, null));
                BaseHost host = new BaseHost(port(guest))) {
            host.say("m1", "hi");

            List<String> frames = host.turn("m1");

            assertThat(frames.getFirst()).contains("half of");
            assertThat(frames.getLast())
                    .contains("\"type\":\"error\"", "\"code\":\"stream_broken\"");
        }
    }

    @Test
    void aRuntimeThatIsNotThereIsSaidToBeUnreachable() throws Exception {
        ScriptedRuntime gone = new ScriptedRuntime(ScriptedRuntime.hang());
        gone.close();
        try (Guest guest = guest(http(gone, null));
                BaseHost host = new BaseHost(port(guest))) {
            host.say("m1", "hi");

            assertThat(host.nextAnswer()).contains("\"code\":\"runtime_unreachable\"");
        }
    }

    @Test
    void whereNobodyComesBackTheRequestToTheRuntimeIsClosed() throws Exception {
        try (ScriptedRuntime runtime = new ScriptedRuntime(ScriptedRuntime.hang());
                Guest guest =
                        Guest.start(
                                settings(http(runtime, null), Duration.ofMillis(50)),
                                Systemd.ABSENT)) {
            try (BaseHost host = new BaseHost(port(guest))) {
                host.say("m1", "hi");
                runtime.request();
            }

            runtime.awaitCloseByClient();
        }
    }

    @Test
    void aTurnIsReadOnOverAnotherConnectionWhenItsOwnIsLost() throws IOException {
        String words = "w ".repeat(200) + "end";
        try (Guest guest = guest(new RuntimeSource.Echo(Duration.ofMillis(1)))) {
            List<String> frames = new ArrayList<>();
            try (BaseHost host = new BaseHost(port(guest))) {
                host.say("m1", words);
                for (int i = 0; i < 3; i++) {
                    frames.add(host.nextAnswer());
                }
            }
            try (BaseHost host = new BaseHost(port(guest))) {
                host.send("resume", "m1", "{\"after\":3}");
                frames.addAll(host.turn("m1"));
                host.say("m1", words);

                assertThat(BaseHost.content(frames)).isEqualTo(words);
                assertThat(host.turn("m1")).isEqualTo(frames);
            }
        }
    }

    @Test
    void aTurnOfAnEarlierProcessIsUnknown() throws IOException {
        try (Guest guest = guest(ECHO);
                BaseHost host = new BaseHost(port(guest))) {
            host.say("m1", "hi");
            host.turn("m1");
        }
        try (Guest guest = guest(ECHO);
                BaseHost host = new BaseHost(port(guest))) {
            host.send("resume", "m1", "{\"after\":1}");

            assertThat(host.nextAnswer()).contains("\"code\":\"unknown_turn\"");
        }
    }

    @Test
    void aTurnThatNobodyReadsDoesNotHoldUpAStopLongerThanTheDrainTime() throws Exception {
        try (ScriptedRuntime runtime = new ScriptedRuntime(ScriptedRuntime.hang())) {
            Guest guest =
                    Guest.start(
                            settings(http(runtime, null), null, Duration.ofMillis(50)),
                            Systemd.ABSENT);
            try (BaseHost host = new BaseHost(port(guest))) {
                host.say("m1", "hi");
                runtime.request();
            }

            guest.close();

            runtime.awaitCloseByClient();
        }
    }

    @Test
    void sixtyFourTurnsRunAtOnceAndEachGetsItsOwnWords() throws Exception {
        try (Guest guest = guest(new RuntimeSource.Echo(Duration.ofMillis(2)));
                BaseHost host = new BaseHost(port(guest))) {
            for (int turn = 0; turn < 64; turn++) {
                host.say("m" + turn, "turn " + turn + " has five words");
            }
            host.send("ping", "p", "{}");

            Map<String, List<String>> turns = new HashMap<>();
            int open = 64;
            boolean ponged = false;
            while (open > 0 || !ponged) {
                String frame = host.nextAnswer();
                if (frame.contains("\"type\":\"pong\"")) {
                    ponged = true;
                    assertThat(open).as("the pong waits for no turn").isEqualTo(64);
                } else {
                    String id = frame.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1");
                    turns.computeIfAbsent(id, _ -> new ArrayList<>()).add(frame);
                    open -= BaseHost.isLast(frame) ? 1 : 0;
                }
            }

            for (int turn = 0; turn < 64; turn++) {
                assertThat(BaseHost.content(turns.getOrDefault("m" + turn, List.of())))
                        .isEqualTo("turn " + turn + " has five words");
            }
        }
    }

    @Test
    void twoHundredReconnectsLeaveNothingBehind() throws Exception {
        try (Guest guest = guest(ECHO)) {
            for (int i = 0; i < 200; i++) {
                try (BaseHost host = new BaseHost(port(guest))) {
                    assertThat(host.next()).contains("\"status\":\"ready\"");
                    host.say("m" + i, "hi");
                    if (i % 2 == 0) {
                        assertThat(BaseHost.content(host.turn("m" + i))).isEqualTo("hi");
                    }
                }
            }
            Eventually.await(() -> assertThat(greeting(guest)).contains("\"in_flight\":0"));
        }
    }

    @Test
    void stoppingLetsATurnFinishAndAcceptsNobodyNew() throws Exception {
        Guest guest = guest(new RuntimeSource.Echo(Duration.ofMillis(100)));
        try (BaseHost host = new BaseHost(port(guest))) {
            host.say("m1", "a b c d e f g h i j");
            assertThat(host.nextAnswer()).contains("\"content\":\"a");
            int port = port(guest);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(guest::close);
            List<String> rest = new ArrayList<>();
            do {
                rest.add(host.next());
            } while (!rest.getLast().contains("\"done\":true"));

            assertThat(rest).anyMatch(frame -> frame.contains("\"status\":\"draining\""));
            assertThat(BaseHost.content(rest)).isEqualTo("b c d e f g h i j");
            assertThat(host.isEnded()).isTrue();
            stopped.join();
            assertThatThrownBy(() -> new BaseHost(port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void stoppingDoesNotWaitLongerThanTheDrainTime() throws Exception {
        Guest guest =
                Guest.start(
                        settings(
                                new RuntimeSource.Echo(Duration.ofHours(1)),
                                null,
                                Duration.ofMillis(50)),
                        Systemd.ABSENT);
        try (BaseHost host = new BaseHost(port(guest))) {
            host.say("m1", "never finished");
            assertThat(host.nextAnswer()).contains("\"content\":\"never");

            guest.close();

            assertThat(host.isEnded()).isTrue();
        }
    }

    @Test
    void configurationAndContextSurviveARestartWhereAStateDirectoryIsGiven() throws Exception {
        try (ScriptedRuntime runtime =
                new ScriptedRuntime(ScriptedRuntime.stream(ScriptedRuntime.chunk("ok")))) {
            GuestSettings settings =
                    settings(http(runtime, null), directory.resolve("state"), Duration.ZERO);
            try (Guest guest = Guest.start(settings, Systemd.ABSENT);
                    BaseHost host = new BaseHost(port(guest))) {
                host.send(
                        "config_update",
                        "c1",
                        "{\"config\":{\"model\":\"kept\"},\"tool_allowlist\":[\"x\"]}");
                host.send("context_update", "c2", "{\"context\":\"remember me\"}");
                assertThat(host.nextAnswer()).contains("\"id\":\"c1\"", "\"applied\":true");
                assertThat(host.nextAnswer()).contains("\"id\":\"c2\"", "\"applied\":true");
            }

            try (Guest guest = Guest.start(settings, Systemd.ABSENT);
                    BaseHost host = new BaseHost(port(guest))) {
                host.say("m1", "hi");
                host.turn("m1");
            }

            assertThat(runtime.request().body()).contains("\"model\":\"kept\"", "remember me");
        }
    }

    @Test
    void aContextOverALoweredBoundIsDroppedAndTheNewestThatFitAreKept() throws Exception {
        Files.writeString(
                directory.resolve("agent-state.json"),
                "{\"config_update\":null,\"contexts\":[\"older\",\""
                        + "x".repeat(100_000)
                        + "\",\"newest\"]}");
        assertThat(requestAfterAStart()).contains("newest", "older").doesNotContain("xxxx");
    }

    @Test
    void aStateFileOverTheLimitOfAFrameIsRead() throws Exception {
        String context = "x".repeat(60_000);
        String option = "y".repeat(4 << 20);
        Files.writeString(
                directory.resolve("agent-state.json"),
                "{\"config_update\":{\"config\":{\"model\":\"kept\"},\"tool_allowlist\":[\"x\"]},"
                        + "\"contexts\":[\""
                        + option
                        + "\",\""
                        + context
                        + "\"]}");
        assertThat(requestAfterAStart())
                .contains("\"model\":\"kept\"", context)
                .doesNotContain("yyyy");
    }

    /** Starts a guest with the state in the directory, and returns what it asks its runtime. */
    private String requestAfterAStart() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(ScriptedRuntime.stream(ScriptedRuntime.chunk("ok")));
                Guest guest =
                        Guest.start(
                                settings(http(runtime, null), directory, Duration.ZERO),
                                Systemd.ABSENT);
                BaseHost host = new BaseHost(port(guest))) {
            host.say("m1", "hi");
            host.turn("m1");
            return runtime.request().body();
        }
    }

    @Test
    void aStateThatCannotBeReadStopsTheStart() throws IOException {
        Files.writeString(directory.resolve("agent-state.json"), "{\"config_update\":7}");

        assertThatThrownBy(
                        () -> Guest.start(settings(ECHO, directory, Duration.ZERO), Systemd.ABSENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("agent-state.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"config_update\":7} | the payload must be a JSON object",
                "{\"contexts\":[\"a\",} | line 1, column",
                "no json | line 1, column",
                "7 | the file must be a JSON object",
                "{\"a\":1,\"a\":2} | the file has 'a' twice"
            })
    void aStateThatCannotBeReadIsOneSentenceThatSaysHowToMendIt(String text, String why)
            throws IOException {
        Files.writeString(directory.resolve("agent-state.json"), text);

        assertThatThrownBy(
                        () -> Guest.start(settings(ECHO, directory, Duration.ZERO), Systemd.ABSENT))
                .hasMessageContainingAll(
                        directory + "/agent-state.json is damaged: ",
                        why,
                        "repair it, or delete it: then the agent starts without")
                .hasMessageNotContainingAny("\n", "REDACTED");
    }

    @Test
    void aStateDirectoryThatCannotBeIsToldWithTheFlag() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() ->
                        Guest.start(
                                settings(ECHO, file.resolve("sub"), Duration.ZERO), Systemd.ABSENT))
                .hasMessageContainingAll(
                        "state_dir is " + file + "/sub: it cannot be created: ", "--state-dir");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none      | there is no such file",
                "directory | it is a directory",
                "binary    | it is not UTF-8 text",
                "large     | it has more than 65536 bytes"
            })
    void aKeyFileThatCannotBeIsToldWithTheFlag(String name, String why) throws IOException {
        Files.createDirectory(directory.resolve("directory"));
        Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        Files.write(directory.resolve("large"), new byte[70_000]);
        Path key = directory.resolve(name);
        RuntimeSource runtime =
                new RuntimeSource.Http(
                        URI.create("http://127.0.0.1:1"),
                        key,
                        RuntimeRequests.DEFAULTS,
                        RuntimeTimeouts.DEFAULTS,
                        RuntimeLimits.DEFAULTS);

        assertThatThrownBy(() -> guest(runtime))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "runtime_key_file is " + key + ": " + why, "--runtime-key-file");
    }

    @Test
    void whatCannotBeKeptIsNotAcknowledged() throws Exception {
        Files.createDirectories(directory.resolve("agent-state.json.new/in the way"));
        try (Guest guest = Guest.start(settings(ECHO, directory, Duration.ZERO), Systemd.ABSENT);
                BaseHost host = new BaseHost(port(guest))) {
            host.send("config_update", "c1", "{\"config\":{},\"tool_allowlist\":[]}");

            assertThat(host.nextAnswer())
                    .contains(
                            "\"code\":\"internal\"",
                            "could not be saved, so a restart of the agent loses it");
        }
    }

    @Test
    void theSavedStateIsForItsOwnerAloneBecauseHeadersMayBeSecrets() throws Exception {
        try (Guest guest = Guest.start(settings(ECHO, directory, Duration.ZERO), Systemd.ABSENT);
                BaseHost host = new BaseHost(port(guest))) {
            host.send("config_update", "c1", "{\"config\":{},\"tool_allowlist\":[]}");
            assertThat(host.nextAnswer()).contains("config_ack");

            assertThat(Files.getPosixFilePermissions(directory.resolve("agent-state.json")))
                    .containsExactlyInAnyOrder(
                            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        }
    }

    @Test
    void anAddressInUseIsSaidSo() throws IOException {
        try (Guest guest = guest(ECHO)) {
            GuestSettings same = settings(guest.address(), ECHO, null, Duration.ZERO);

            assertThatThrownBy(() -> Guest.start(same, Systemd.ABSENT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(guest.address().toString());
        }
    }

    private static String greeting(Guest guest) {
        try (BaseHost host = new BaseHost(port(guest))) {
            return host.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path keyFile() throws IOException {
        return Files.writeString(directory.resolve("key"), "sekret\n");
    }

    private static RuntimeSource http(ScriptedRuntime runtime, @Nullable Path key) {
        RuntimeTimeouts timeouts =
                new RuntimeTimeouts(
                        Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(4));
        RuntimeRequests usual = RuntimeRequests.DEFAULTS;
        RuntimeRequests requests =
                new RuntimeRequests(
                        usual.kind(),
                        "m",
                        usual.maxTokens(),
                        usual.anthropicVersion(),
                        usual.leftOut());
        return new RuntimeSource.Http(
                runtime.base(), key, requests, timeouts, RuntimeLimits.DEFAULTS);
    }

    private static Guest guest(RuntimeSource runtime) throws IOException {
        return Guest.start(settings(runtime, null, Duration.ofSeconds(10)), Systemd.ABSENT);
    }

    private static GuestSettings settings(
            RuntimeSource runtime, @Nullable Path stateDir, Duration drain) {
        return settings(AgentAddress.parse("tcp://127.0.0.1:0"), runtime, stateDir, drain);
    }

    private static GuestSettings settings(RuntimeSource runtime, Duration orphanGrace) {
        AgentAddress listen = AgentAddress.parse("tcp://127.0.0.1:0");
        return settings(listen, runtime, null, Duration.ZERO, orphanGrace);
    }

    /** With a heartbeat each second. */
    private static GuestSettings everySecond(RuntimeSource runtime) {
        GuestSettings all = settings(runtime, null, Duration.ofMillis(50));
        return new GuestSettings(
                all.listen(),
                all.join(),
                all.identity(),
                all.runtime(),
                all.turns(),
                all.subjects(),
                all.tunnels(),
                OutsideSettings.DEFAULTS,
                all.tools(),
                all.maxContextBytes(),
                all.maxConfigBytes(),
                all.maxHeldBytes(),
                all.stateDir(),
                Duration.ofSeconds(1),
                all.drain(),
                all.logLevel());
    }

    private static GuestSettings settings(
            AgentAddress listen, RuntimeSource runtime, @Nullable Path stateDir, Duration drain) {
        return settings(listen, runtime, stateDir, drain, Duration.ofSeconds(30));
    }

    private static GuestSettings settings(
            AgentAddress listen,
            RuntimeSource runtime,
            @Nullable Path stateDir,
            Duration drain,
            Duration orphanGrace) {
        return new GuestSettings(
                new ListenSettings(listen, true, ListenSettings.AcceptFrom.HOST, false),
                JoinSettings.DEFAULTS,
                IdentitySettings.DEFAULTS,
                runtime,
                new TurnLimits(
                        64,
                        1 << 20,
                        16 << 20,
                        Duration.ofSeconds(60),
                        orphanGrace,
                        8192,
                        48 << 20,
                        32 << 20),
                SubjectSettings.DEFAULTS,
                TunnelSettings.DEFAULTS,
                OutsideSettings.DEFAULTS,
                ToolSettings.DEFAULTS,
                65_536,
                1 << 20,
                GuestSettings.DEFAULTS.maxHeldBytes(),
                stateDir,
                GuestSettings.DEFAULTS.heartbeat(),
                drain,
                GuestSettings.LogLevel.INFO);
    }

    private static int port(Guest guest) {
        return ((AgentAddress.Tcp) guest.address()).port();
    }
}
