package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The shipped daemon with its defaults, and two shipped agents that mean well. */
final class HostileStage implements AutoCloseable {
    static final List<String> HONEST = List.of("honest-tcp", "honest-unix");

    /** For which who changes the fleet waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread endWithTheJvm = new Thread(this::closeAll);
    private final Path log;
    private final DaemonProgram daemon;

    /**
     * @param directory for sockets and logs
     */
    HostileStage(int eventLoops, Path directory) throws IOException {
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
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
            daemon = opened(new DaemonProgram(config, log, _ -> {}));
            awaitReady();
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    private Endpoint guest(Endpoint listen, Path directory) throws IOException {
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of("--listen", listen.toString(), "--runtime", "echo"));
        return opened(new Program(command, directory.resolve("guest.log"))).endpoint();
    }

    DaemonProgram daemon() {
        return daemon;
    }

    DaemonLog log() {
        return new DaemonLog(log);
    }

    /** A daemon that answers at once and has both honest agents; a new one where this is none. */
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

    /** Lets the daemon know of a guest. */
    void add(String agent, Endpoint guest) {
        String answer =
                ask("PUT", "/api/v1/agents/" + agent, "{\"address\":\"%s\"}".formatted(guest));
        assertThat(answer).startsWith("201 ");
    }

    /** As far as the daemon still can. */
    void remove(List<String> agents) {
        for (String agent : agents) {
            try {
                ask("DELETE", "/api/v1/agents/" + agent, "");
            } catch (AssertionError _) {
                return; // it is renewed if it is needed
            }
        }
    }

    /** The status and the body of the answer. */
    String ask(String method, String target, String body) {
        try (KeptConnection connection = new KeptConnection(daemon.endpoint(), PATIENCE)) {
            int status = connection.ask(KeptConnection.request(method, target, body));
            return status + " " + connection.body();
        } catch (IOException e) {
            throw new AssertionError("no answer to " + method + " " + target, e);
        }
    }

    private <T extends AutoCloseable> T opened(T it) {
        open.push(it);
        return it;
    }

    private synchronized void closeAll() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        closeAll();
        Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
    }
}
