package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.config.JoinTarget;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress.Tcp;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shipped daemon with a database, three shipped agents whose clients are watched, and many
 * agents that dial in.
 */
final class StormStage implements AutoCloseable {
    /** The daemon dials these. */
    static final List<String> DIALLED = List.of("honest-tcp", "honest-unix");

    /** This one dials in. */
    static final String JOINED = "honest-joined";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Below those that systems give to the connections that a program opens. */
    private static final int LEAST_PORT = 20_000;

    private static final int MOST_PORT = 30_000;
    private static final String LOOPBACK = "127.0.0.1";
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

    private final Opened opened = new Opened();
    private final Path directory;
    private final Tcp clients;
    private final Tcp agents;
    private final List<Endpoint> honest = new ArrayList<>();
    private final DaemonProgram daemon;
    private final StormFleet fleet;

    /**
     * @param directory folder for sockets, state and logs
     * @param count how many agents dial in, half of them over WebSockets
     * @param seed decides when each dials again
     */
    StormStage(Path directory, int count, long seed) throws IOException {
        this.directory = directory;
        Draw ports = Draw.of(seed, count);
        clients = freePort(ports);
        agents = freePort(ports);
        try {
            honest.add(listening(Endpoint.loopback()));
            honest.add(listening(Endpoint.unix(directory.resolve("guest"))));
            configure(count);
            daemon =
                    opened.add(
                            new DaemonProgram(
                                    directory.resolve("culvertd.jsonc"),
                                    directory.resolve("culvertd.log"),
                                    _ -> {}));
            joining();
            fleet =
                    opened.add(
                            new StormFleet(
                                    tokens(count),
                                    List.of(
                                            new JoinTarget(agents, false, ""),
                                            new JoinTarget(clients, false, JoinTarget.PATH)),
                                    seed));
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** The same port for each daemon: agents dial the address that they know. */
    private static Tcp freePort(Draw draw) throws IOException {
        while (true) {
            int port = draw.between(LEAST_PORT, MOST_PORT);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return new Tcp(LOOPBACK, port);
            } catch (BindException _) {
                // another program has it
            }
        }
    }

    private Endpoint listening(Endpoint listen) throws IOException {
        return guest("--listen", listen.toString()).endpoint();
    }

    private void joining() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), token(JOINED));
        Path state = Files.createDirectory(directory.resolve("guest.state"));
        guest(
                "--join",
                agents.toString(),
                "--join-token-file",
                token.toString(),
                "--state-dir",
                state.toString());
    }

    private Program guest(String... where) throws IOException {
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of(where));
        command.addAll(List.of("--runtime", "echo"));
        return opened.add(new Program(command, directory.resolve("guest.log")));
    }

    /**
     * Writes the settings, which the next daemon reads.
     *
     * @param perSecond how many agents may join in a second
     */
    void configure(int perSecond) throws IOException {
        Files.writeString(
                directory.resolve("culvertd.jsonc"),
                """
                {
                  "http": {"listen": ["%s"]},
                  "admin": {"listen": []},
                  "state_dir": "%s",
                  "join": {"listen": ["%s"], "max_per_second": %d},
                  "fleet": {"max_enrollments": 10000},
                  "agents": [
                    {"id": "%s", "address": "%s"},
                    {"id": "%s", "address": "%s"}
                  ]
                }
                """
                        .formatted(
                                clients,
                                directory.resolve("state"),
                                agents,
                                perSecond,
                                DIALLED.getFirst(),
                                honest.getFirst(),
                                DIALLED.getLast(),
                                honest.getLast()));
    }

    private Map<String, String> tokens(int count) throws IOException {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String name = "storm-" + i;
            tokens.put(name, token(name));
        }
        return tokens;
    }

    private String token(String name) throws IOException {
        try (KeptConnection connection = new KeptConnection(daemon.endpoint(), PATIENCE)) {
            connection.ask(
                    KeptConnection.request(
                            "POST", "/api/v1/enrollments", "{\"name\":\"%s\"}".formatted(name)));
            Matcher token = TOKEN.matcher(connection.body());
            assertThat(token.find()).as(connection.body()).isTrue();
            return token.group(1);
        }
    }

    DaemonProgram daemon() {
        return daemon;
    }

    StormFleet fleet() {
        return fleet;
    }

    DaemonLog log() {
        return new DaemonLog(directory.resolve("culvertd.log"));
    }

    void awaitReady(List<String> ids) {
        for (String id : ids) {
            Eventually.await(
                    PATIENCE,
                    Duration.ofMillis(20),
                    () -> assertThat(get("/api/v1/agents/" + id)).contains("\"state\":\"ready\""));
        }
    }

    private String get(String target) {
        try (KeptConnection connection = new KeptConnection(daemon.endpoint(), PATIENCE)) {
            connection.ask(KeptConnection.request("GET", target, ""));
            return connection.body();
        } catch (IOException e) {
            throw new AssertionError("no answer to " + target, e);
        }
    }

    /** Waits until so many of the agents have links. */
    void awaitLinked(int count, Duration patience) {
        Eventually.await(
                patience, Duration.ofMillis(50), () -> assertThat(fleet.linked()).isEqualTo(count));
    }

    /** Sends a message to each of the agents. Returns what is wrong with the answers. */
    List<String> askAll(int count) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (KeptConnection connection = new KeptConnection(daemon.endpoint(), PATIENCE)) {
            for (int i = 0; i < count; i++) {
                int status =
                        connection.ask(
                                KeptConnection.request(
                                        "POST",
                                        "/api/v1/agents/storm-" + i + "/message",
                                        "{\"role\":\"user\",\"content\":\"are you there\"}"));
                if (status != 200 || !connection.body().contains("are you there")) {
                    wrong.add("storm-" + i + ": " + status + " " + connection.body());
                }
            }
        }
        return wrong;
    }

    @Override
    public void close() {
        opened.close();
    }
}
