package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import dev.culvert.testing.VmMonitor;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts and ends everything between the clients and the runtime, and the runtime. */
final class Stage implements AutoCloseable {
    /** Longer than all graces together on a busy machine. */
    static final Duration SETTLING = Duration.ofSeconds(90);

    /** The port of the guest in its VM. */
    private static final int PORT = 1024;

    private static final String DAEMON_LOG = "culvertd.log";

    private final Opened opened = new Opened();
    private final Path directory;
    private final Tally tally;
    private final ScriptedRuntime runtime;
    private final List<FaultSource> sources = new ArrayList<>();
    private final Map<Road, Agent> agents = new EnumMap<>(Road.class);
    private final Relay front;
    private final Relay calm;
    private final DaemonProgram daemon;

    /**
     * @param eventLoops event loops of the daemon
     * @param directory folder for sockets, state and logs
     */
    Stage(FaultPlan plan, int eventLoops, Path directory, Tally tally) throws IOException {
        this.directory = directory;
        this.tally = tally;
        try {
            runtime = opened.add(new ScriptedRuntime());
            front = opened.add(relayToTheDaemon(source(plan, "between clients and daemon")));
            calm = opened.add(relayToTheDaemon(FaultSource.none(tally)));
            for (Road road : Road.values()) {
                agents.put(road, agent(road, source(plan, road.toString())));
            }
            daemon =
                    opened.add(
                            new DaemonProgram(
                                    Files.writeString(file("culvertd.jsonc"), config(eventLoops)),
                                    file(DAEMON_LOG),
                                    this::leadTo));
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** The source of the next relay. */
    private FaultSource source(FaultPlan plan, String name) {
        int relay = sources.size();
        FaultSource source =
                new FaultSource(name, index -> plan.onWire(relay, index), plan.quota(relay), tally);
        sources.add(source);
        return source;
    }

    private Agent agent(Road road, FaultSource faults) throws IOException {
        Program guest = guest(road);
        return switch (road) {
            case TCP -> {
                Endpoint relay = relay(Endpoint.loopback(), guest.endpoint(), faults);
                yield new Agent(guest, relay.toString(), Optional.empty());
            }
            case UNIX -> {
                Endpoint relay = relay(socket(road, "relay"), guest.endpoint(), faults);
                yield new Agent(guest, relay.toString(), Optional.empty());
            }
            case BEFORE_MONITOR -> {
                VmMonitor monitor = opened.add(new VmMonitor(file(road, "vm")));
                HybridUnix port = expose(monitor, guest.endpoint());
                Endpoint relay = relay(socket(road, "relay"), socket(road, "vm"), faults);
                yield new Agent(guest, relay + "?port=" + port.port(), Optional.of(monitor));
            }
            case BEHIND_MONITOR -> {
                VmMonitor monitor = opened.add(new VmMonitor(file(road, "vm")));
                Endpoint relay = relay(Endpoint.loopback(), guest.endpoint(), faults);
                yield new Agent(guest, expose(monitor, relay).toString(), Optional.of(monitor));
            }
        };
    }

    private static HybridUnix expose(VmMonitor monitor, Endpoint guest) {
        return monitor.expose(PORT, AgentAddress.parse(guest.toString()));
    }

    private Endpoint relay(Endpoint listen, Endpoint to, FaultSource faults) throws IOException {
        return opened.add(new Relay(listen, Relay.to(to), faults)).endpoint();
    }

    private Program guest(Road road) throws IOException {
        Endpoint listen = road == Road.UNIX ? socket(road, "guest") : Endpoint.loopback();
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of("--listen", listen.toString()));
        command.addAll(List.of("--runtime", runtime.endpoint().toString().replace("tcp", "http")));
        command.addAll(List.of("--max-turns", "512"));
        command.addAll(List.of("--turn-log-bytes", "2MiB"));
        command.addAll(List.of("--orphan-grace", Absence.ORPHAN_GRACE.toSeconds() + "s"));
        command.addAll(List.of("--turn-log-ttl", Absence.LOG_TTL.toSeconds() + "s"));
        return opened.add(new Program(command, file(road, "log")));
    }

    private String config(int eventLoops) throws IOException {
        StringBuilder known = new StringBuilder();
        agents.forEach((road, agent) ->
                known.append(
                        """
                        {"id": "%s", "address": "%s", "config": {}, "tool_allowlist": ["read_file"]},
                        """
                                .formatted(road.agent(), agent.address())));
        return """
        {
          "http": {"listen": ["tcp://127.0.0.1:0"]},
          "event_loops": %d,
          "state_dir": "%s",
          "sse": {"keepalive": "500ms"},
          "turns": {"resume_grace": "%ds"},
          "timeouts": {"message": "40s", "drain": "200ms"},
          "home": {"heartbeat_interval": "2s", "backoff_min": "50ms", "backoff_max": "500ms"},
          "link": {"silence_timeout": "2s"},
          "pool": {"dial_pause": "50ms"},
          "agents": [%s]
        }
        """
                .formatted(eventLoops, file("state"), Absence.RESUME_GRACE.toSeconds(), known);
    }

    private void leadTo(Endpoint endpoint) {
        front.leadTo(Relay.to(endpoint));
        calm.leadTo(Relay.to(endpoint));
    }

    private static Relay relayToTheDaemon(FaultSource faults) throws IOException {
        return new Relay(Endpoint.loopback(), Stage::nowhere, faults);
    }

    private static SocketChannel nowhere() throws IOException {
        throw new IOException("the daemon has not started yet");
    }

    void awaitReady() {
        for (Road road : Road.values()) {
            Eventually.await(
                    SETTLING,
                    () ->
                            assertThat(get("/api/v1/agents/" + road.agent()))
                                    .contains("\"state\":\"ready\""));
        }
    }

    /** Asks the daemon on the way without faults. */
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

    /** Lines of the logs that report errors. */
    List<String> complaints() throws IOException {
        List<String> complaints = new ArrayList<>();
        List<Path> logs = new ArrayList<>(List.of(file(DAEMON_LOG)));
        agents.keySet().forEach(road -> logs.add(file(road, "log")));
        for (Path log : logs) {
            Files.readAllLines(log).stream()
                    .filter(line -> line.contains(" ERROR ") || line.contains("Exception"))
                    .map(line -> log.getFileName() + ": " + line)
                    .forEach(complaints::add);
        }
        return complaints;
    }

    Map<Road, Agent> agents() {
        return agents;
    }

    /** Whether every fault of every relay has happened. */
    boolean isSpent() {
        return sources.stream().allMatch(FaultSource::isSpent);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path file(Road road, String what) {
        return file(road.agent() + "." + what);
    }

    private Endpoint socket(Road road, String what) {
        return Endpoint.unix(file(road, what));
    }

    @Override
    public void close() {
        opened.close();
    }
}
