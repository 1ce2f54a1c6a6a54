package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The shipped daemon with its defaults, and two shipped agents. */
final class HostileStage implements AutoCloseable {
    static final List<String> HONEST = List.of("honest-tcp", "honest-unix");

    /** How long a change of the fleet may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Opened opened = new Opened();
    private final Path log;
    private final DaemonProgram daemon;

    /**
     * @param directory folder for sockets and logs
     */
    HostileStage(int eventLoops, Path directory) throws IOException {
        log = directory.resolve("culvertd.log");
        try {
            Endpoint tcp = guest(Endpoint.loopback(), directory);
            Endpoint unix = guest(Endpoint.unix(directory.resolve("guest")), directory);
            Path config =
                    Files.writeString(
                            directory.resolve("culvertd.jsonc"),
                            """
                            {
                              "http": {"listen": ["tcp://127.0.0.1:0"]},
                              "event_loops": %d,
                              "turns": {"resume_grace": "1s"},
                              "agents": [
                                {"id": "%s", "address": "%s"},
                                {"id": "%s", "address": "%s"}
                              ]
                            }
                            """
                                    .formatted(
                                            eventLoops,
                                            HONEST.getFirst(),
                                            tcp,
                                            HONEST.getLast(),
                                            unix));
            daemon = opened.add(new DaemonProgram(config, log, _ -> {}));
            awaitReady();
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    private Endpoint guest(Endpoint listen, Path directory) throws IOException {
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of("--listen", listen.toString(), "--runtime", "echo"));
        return opened.add(new Program(command, directory.resolve("guest.log"))).endpoint();
    }

    DaemonProgram daemon() {
        return daemon;
    }

    DaemonLog log() {
        return new DaemonLog(log);
    }

    /** Restarts the daemon unless it answers and both honest agents are ready. */
    void renew() throws IOException {
        try {
            awaitReady();
        } catch (AssertionError _) {
            daemon.kill();
            awaitReady();
        }
    }

    private void awaitReady() {
        HONEST.forEach(this::awaitReady);
    }

    void awaitReady(String agent) {
        Eventually.await(
                PATIENCE,
                Duration.ofMillis(20),
                () ->
                        assertThat(ask("GET", "/api/v1/agents/" + agent, ""))
                                .contains("\"state\":\"ready\""));
    }

    /** Adds a guest to the daemon's fleet. */
    void add(String agent, Endpoint guest) {
        String answer =
                ask("PUT", "/api/v1/agents/" + agent, "{\"address\":\"%s\"}".formatted(guest));
        assertThat(answer).startsWith("201 ");
    }

    /** Removes agents, if the daemon still answers. */
    void remove(List<String> agents) {
        for (String agent : agents) {
            try {
                ask("DELETE", "/api/v1/agents/" + agent, "");
            } catch (AssertionError _) {
                return; // renew() starts a new daemon
            }
        }
    }

    /** Returns the status and the body of the answer. */
    String ask(String method, String target, String body) {
        try (KeptConnection connection = new KeptConnection(daemon.endpoint(), PATIENCE)) {
            int status = connection.ask(KeptConnection.request(method, target, body));
            return status + " " + connection.body();
        } catch (IOException e) {
            throw new AssertionError("no answer to " + method + " " + target, e);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
