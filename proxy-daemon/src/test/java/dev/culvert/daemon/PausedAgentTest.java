package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real agent in a process of its own, which is quiesced and then stands still, or is killed. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class PausedAgentTest {
    private static final String QUIESCE = "/api/v1/agents/a/quiesce";
    private static final int WORDS = 40;
    private static final String TEXT = "word ".repeat(WORDS).strip();
    private static final String MESSAGE = "{\"role\":\"user\",\"content\":\"%s\"}".formatted(TEXT);

    /** What the daemon needs to see soon that an agent is away. */
    private static final String QUICK =
            "\"home\": {\"heartbeat_interval\": \"200ms\", \"change_interval\": \"0s\"},"
                    + " \"timeouts\": {\"ping\": \"1s\", \"message\": \"3s\"},"
                    + " \"link\": {\"dial_timeout\": \"2s\", \"silence_timeout\": \"1s\"},"
                    + " \"sse\": {\"keepalive\": \"100ms\"},";

    @TempDir Path folder;

    private static DaemonProcess agent(Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.culvert.guest.cli.CulvertAgent",
                                "--runtime",
                                "echo",
                                "--echo-delay",
                                "50ms",
                                "--heartbeat",
                                "1s"));
        command.addAll(List.of(arguments));
        return DaemonProcess.start(environment, command);
    }

    private static TestDaemon daemon(String address) throws Exception {
        return TestDaemon.start(
                "{%s \"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                        .formatted(QUICK, address));
    }

    private static EventReader begin(TestDaemon daemon) throws Exception {
        EventReader turn = daemon.stream("POST", "/api/v1/agents/a/stream", MESSAGE);
        assertThat(turn.next().data()).contains("word");
        return turn;
    }

    private static void quiesce(TestDaemon daemon) throws Exception {
        HttpResponse<String> quiesced = daemon.post(QUIESCE, "");
        assertThat(quiesced.statusCode()).as(quiesced.body()).isEqualTo(200);
        assertThat(quiesced.body()).contains("\"state\":\"quiesced\"", "\"turns_parked\":1");
    }

    /** The rest of the answer is there, and nothing of it twice. */
    private static void assertWhole(EventReader turn) throws Exception {
        List<Event> rest = turn.rest();
        assertThat(rest).noneMatch(event -> event.type().equals("error"));
        assertThat("word " + EventReader.content(rest)).isEqualTo(TEXT);
    }

    private static void pause(DaemonProcess agent, TestDaemon daemon) throws Exception {
        agent.signal("STOP");
        daemon.awaitState("a", "unreachable");
        HttpResponse<String> refused = daemon.post("/agents/a/message", TestDaemon.MESSAGE);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        agent.signal("CONT");
    }

    private static String send(HttpRequest request) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStreamOutlivesThePauseOfAnAgentThatTheDaemonDials() throws Exception {
        try (DaemonProcess agent = agent(Map.of(), "--listen", "tcp://127.0.0.1:0");
                TestDaemon daemon = daemon(agent.after("listening on "))) {
            daemon.awaitState("a", "ready");
            try (EventReader turn = begin(daemon)) {
                quiesce(daemon);

                pause(agent, daemon);

                assertWhole(turn);
                daemon.awaitState("a", "ready");
            }
        }
    }

    private TestDaemon daemonToJoin() throws Exception {
        return TestDaemon.start(
                "{%s \"state_dir\": \"%s\"}".formatted(QUICK, folder.resolve("daemon")));
    }

    /** Its virtual machine is of the generation that the file says. */
    private DaemonProcess joining(TestDaemon daemon, Path generation) throws Exception {
        DaemonProcess agent =
                agent(
                        Map.of("CULVERT_AGENT_JOIN_TOKEN", JoinedGuest.token(daemon, "a")),
                        "--join",
                        JoinedGuest.url(daemon),
                        "--state-dir",
                        folder.resolve("guest").toString(),
                        "--vm-generation-file",
                        generation.toString());
        daemon.awaitState("a", "ready");
        return agent;
    }

    @Test
    void aStreamOutlivesThePauseOfAnAgentThatDialsIn() throws Exception {
        try (TestDaemon daemon = daemonToJoin();
                DaemonProcess agent = joining(daemon, folder.resolve("none"));
                EventReader turn = begin(daemon)) {
            quiesce(daemon);

            pause(agent, daemon);

            assertWhole(turn);
            daemon.awaitState("a", "ready");
        }
    }

    @Test
    void anAgentThatNoticesTheRestoreOfItsMachineProvesAgainWhoItIs() throws Exception {
        Path generation = Files.writeString(folder.resolve("generation"), "g1\n");
        try (TestDaemon daemon = daemonToJoin();
                DaemonProcess _ = joining(daemon, generation);
                EventReader turn = begin(daemon)) {
            daemon.awaitAgent("a", "\"generation\":\"g1\"");
            quiesce(daemon);

            Files.writeString(generation, "g2\n");

            assertWhole(turn);
            daemon.awaitAgent("a", "\"generation\":\"g2\"");
            daemon.awaitAgent("a", "\"joins\":2");
        }
    }

    @Test
    void aQuiesceThatNobodyEndsEndsByItself() throws Exception {
        try (DaemonProcess agent = agent(Map.of(), "--listen", "tcp://127.0.0.1:0");
                TestDaemon daemon = daemon(agent.after("listening on "))) {
            daemon.awaitState("a", "ready");
            try (EventReader turn = begin(daemon)) {
                assertThat(daemon.post(QUIESCE + "?limit_secs=1", "").statusCode()).isEqualTo(200);

                assertWhole(turn);
                daemon.awaitState("a", "ready");
            }
        }
    }

    @Test
    void aDaemonThatIsStartedMeanwhileLeavesItQuiescedUntilSomebodyEndsThat() throws Exception {
        try (DaemonProcess agent = agent(Map.of(), "--listen", "tcp://127.0.0.1:0")) {
            String address = agent.after("listening on ");
            Path file = folder.resolve("culvertd.jsonc");
            Files.writeString(
                    file,
                    "{\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}".formatted(address));
            try (DaemonProcess first =
                    DaemonProcess.start(
                            "serve", "--config", file.toString(), "--http", "tcp://127.0.0.1:0")) {
                String url = first.after("listening on ");
                HttpRequest look =
                        HttpRequest.newBuilder(URI.create(url + "/api/v1/agents/a")).build();
                Eventually.await(() -> assertThat(send(look)).contains("\"state\":\"ready\""));
                HttpRequest quiesce =
                        HttpRequest.newBuilder(URI.create(url + QUIESCE))
                                .POST(BodyPublishers.noBody())
                                .build();
                assertThat(send(quiesce)).contains("\"state\":\"quiesced\"");
                first.signal("KILL");
                first.exitCode();
            }
            try (TestDaemon second = daemon(address)) {
                second.awaitState("a", "quiesced");
                assertThat(second.send("DELETE", QUIESCE, "").body())
                        .contains("\"state\":\"ready\"");
                assertThat(second.post("/agents/a/message", TestDaemon.MESSAGE).statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void theTurnsOfAnAgentThatIsKilledWhileItIsQuiescedAreLostAndTheirClientsAreToldSo()
            throws Exception {
        Path socket = folder.resolve("agent.sock");
        String address = "unix://" + socket;
        try (DaemonProcess agent = agent(Map.of(), "--listen", address)) {
            agent.after("listening on ");
            try (TestDaemon daemon = daemon(address)) {
                daemon.awaitState("a", "ready");
                try (EventReader turn = begin(daemon)) {
                    quiesce(daemon);
                    agent.signal("KILL");
                    agent.exitCode();
                    try (DaemonProcess next = agent(Map.of(), "--listen", address)) {
                        next.after("listening on ");
                        daemon.awaitState("a", "ready");

                        List<Event> rest = turn.rest();
                        assertThat(rest).last().matches(event -> event.type().equals("error"));
                        assertThat(rest.getLast().data())
                                .contains("\"code\":\"link_lost\"", "its turns are lost");
                    }
                }
            }
        }
    }
}
