package dev.culvert.daemon.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All that stands between the clients and the runtime, and the runtime: started, and ended. */
final class Stage implements AutoCloseable {
    /** Longer than all graces together, on a machine that has much else to do. */
    static final Duration SETTLING = Duration.ofSeconds(90);

    private static final List<String> AGENTS = List.of("a", "b");
    private static final List<String> RELAYS = List.of("from clients", "to agent a", "to agent b");

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread endWithTheJvm = new Thread(this::closeAll);
    private final Path directory;
    private final Tally tally;
    private final List<FaultSource> sources;
    private final ScriptedRuntime runtime;
    private final List<Program> guests = new ArrayList<>();
    private final List<Relay> links = new ArrayList<>();
    private final Relay front;
    private final Relay calm;
    private final DaemonProgram daemon;

    /**
     * @param eventLoops of the daemon: so many links it has to each guest, beside the home link
     * @param directory for sockets, state and logs
     */
    Stage(FaultPlan plan, int eventLoops, Path directory, Tally tally) throws IOException {
        this.directory = directory;
        this.tally = tally;
        sources =
                IntStream.rangeClosed(0, FaultPlan.GUESTS)
                        .mapToObj(relay ->
                                new FaultSource(
                                        RELAYS.get(relay),
                                        index -> plan.onWire(relay, index),
                                        plan.quota(relay),
                                        tally))
                        .toList();
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
        try {
            runtime = opened(new ScriptedRuntime());
            addGuest(Endpoint.loopback(), Endpoint.loopback());
            addGuest(socket("guest"), socket("relay"));
            front = opened(new Relay(Endpoint.loopback(), Stage::nowhere, sources.getFirst()));
            calm = opened(new Relay(Endpoint.loopback(), Stage::nowhere, FaultSource.none(tally)));
            daemon =
                    opened(
                            new DaemonProgram(
                                    Files.writeString(file("culvertd.jsonc"), config(eventLoops)),
                                    file("culvertd.log"),
                                    this::leadTo));
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    private void addGuest(Endpoint listen, Endpoint relay) throws IOException {
        String name = AGENTS.get(guests.size());
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of("--listen", listen.toString()));
        command.addAll(List.of("--runtime", runtime.endpoint().toString().replace("tcp", "http")));
        command.addAll(List.of("--max-turns", "512"));
        command.addAll(List.of("--turn-log-bytes", "2MiB", "--orphan-grace", "15s"));
        Program guest = opened(new Program(command, file(name + ".log")));
        guests.add(guest);
        FaultSource source = sources.get(guests.size());
        links.add(opened(new Relay(relay, Relay.to(guest.endpoint()), source)));
    }

    private String config(int eventLoops) throws IOException {
        StringBuilder agents = new StringBuilder();
        for (int i = 0; i < AGENTS.size(); i++) {
            agents.append(
                    """
                    {"id": "%s", "address": "%s", "config": {}, "tool_allowlist": ["read_file"]},
                    """
                            .formatted(AGENTS.get(i), links.get(i).endpoint()));
        }
        return """
        {
          "http": {"listen": ["tcp://127.0.0.1:0"]},
          "event_loops": %d,
          "state_dir": "%s",
          "sse": {"keepalive": "500ms"},
          "turns": {"resume_grace": "8s"},
          "timeouts": {"message": "40s", "drain": "200ms"},
          "home": {"heartbeat_interval": "2s", "backoff_min": "50ms", "backoff_max": "500ms"},
          "link": {"silence_timeout": "2s"},
          "pool": {"dial_pause": "50ms"},
          "agents": [%s]
        }
        """
                .formatted(eventLoops, file("state"), agents);
    }

    private void leadTo(Endpoint endpoint) {
        front.leadTo(Relay.to(endpoint));
        calm.leadTo(Relay.to(endpoint));
    }

    private static SocketChannel nowhere() throws IOException {
        throw new IOException("the daemon has not started yet");
    }

    void awaitReady() {
        for (String agent : AGENTS) {
            Eventually.await(
                    SETTLING,
                    () ->
                            assertThat(get("/api/v1/agents/" + agent))
                                    .contains("\"state\":\"ready\""));
        }
    }

    /** What the daemon answers on the way without faults. */
    String get(String path) {
        try (HttpCall call = new HttpCall(calm.endpoint(), SETTLING, Relay.RECEIVE_BYTES)) {
            call.ask("GET", path, Map.of(), "");
            return call.body();
        } catch (IOException e) {
            throw new AssertionError("no answer to " + path, e);
        }
    }

    Scene scene() {
        return new Scene(front, calm, daemon, runtime, tally);
    }

    /** What the programs have logged that nobody should have to read. */
    List<String> complaints() throws IOException {
        List<String> complaints = new ArrayList<>();
        for (String log : List.of("culvertd.log", "a.log", "b.log")) {
            Files.readAllLines(file(log)).stream()
                    .filter(line -> line.startsWith("ERROR") || line.contains("Exception"))
                    .map(line -> log + ": " + line)
                    .forEach(complaints::add);
        }
        return complaints;
    }

    List<Program> guests() {
        return guests;
    }

    /** Whether every fault of every relay has happened. */
    boolean isSpent() {
        return sources.stream().allMatch(FaultSource::isSpent);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Endpoint socket(String name) {
        return Endpoint.unix(file(name));
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
