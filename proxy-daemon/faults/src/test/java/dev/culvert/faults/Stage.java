package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import dev.culvert.testing.VmMonitor;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts and ends everything between the clients and the runtime, and the runtime. */
final class Stage implements AutoCloseable {
    /** Longer than all graces together on a busy machine. */
    static final Duration SETTLING = Duration.ofSeconds(90);

    /** The port of the guest in its VM. */
    private static final int PORT = 1024;

    /** What every agent may do. */
    private static final String CONFIG = "\"config\": {}, \"tool_allowlist\": [\"read_file\"]";

    private static final String DAEMON_LOG = "culvertd.log";
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

    /** Where a relay leads before the daemon listens. */
    static final Relay.Target NOWHERE =
            () -> {
                throw new IOException("the daemon has not started yet");
            };

    private final Opened opened = new Opened();
    private final Path directory;
    private final Tally tally;
    private final ScriptedRuntime runtime;
    private final List<FaultSource> sources = new ArrayList<>();
    private final Map<Road, Agent> agents = new EnumMap<>(Road.class);
    private final Relay front;
    private final Relay calm;
    private final JoinRelays joins;
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
                if (road.isDialled()) {
                    agents.put(road, agent(road, source(plan, road.toString())));
                }
            }
            joins = new JoinRelays(opened, directory, road -> source(plan, road.toString()));
            daemon =
                    opened.add(
                            new DaemonProgram(
                                    Files.writeString(file("culvertd.jsonc"), config(eventLoops)),
                                    file(DAEMON_LOG),
                                    this::leadTo));
            for (Road road : Road.values()) {
                if (!road.isDialled()) {
                    agents.put(road, enrolled(road));
                }
            }
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
        Endpoint listen = road == Road.UNIX ? socket(road, "guest") : Endpoint.loopback();
        Program guest = guest(road, "--listen", listen.toString());
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
            case JOINS_BY_WEBSOCKET, JOINS_BY_TCP, JOINS_FROM_VM ->
                    throw new IllegalArgumentException(road.toString());
        };
    }

    /** An agent that dials in, and enrols with a token. */
    private Agent enrolled(Road road) throws IOException {
        String name = "{\"name\":\"%s\"}".formatted(road.agent());
        Matcher token = TOKEN.matcher(ask("POST", "/api/v1/enrollments", name));
        if (!token.find()) {
            throw new AssertionError("the daemon made no join token");
        }
        Path tokenFile = Files.writeString(file(road, "token"), token.group(1));
        Path state = Files.createDirectory(file(road, "state"));
        String url = joins.url(road);
        Program guest =
                guest(
                        road,
                        "--join",
                        url,
                        "--join-token-file",
                        tokenFile.toString(),
                        "--state-dir",
                        state.toString());
        return new Agent(guest, url, joins.monitor(road));
    }

    private static HybridUnix expose(VmMonitor monitor, Endpoint guest) {
        return monitor.expose(PORT, AgentAddress.parse(guest.toString()));
    }

    private Endpoint relay(Endpoint listen, Endpoint to, FaultSource faults) throws IOException {
        return opened.add(new Relay(listen, Relay.to(to), faults)).endpoint();
    }

    /**
     * @param where flags that say how the guest and the daemon find each other
     */
    private Program guest(Road road, String... where) throws IOException {
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of(where));
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
                        {"id": "%s", "address": "%s", %s},
                        """
                                .formatted(road.agent(), agent.address(), CONFIG)));
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
          "join": {"listen": %s, "handshake_timeout": "2s"},
          "agents": [%s]
        }
        """
                .formatted(
                        eventLoops,
                        file("state"),
                        Absence.RESUME_GRACE.toSeconds(),
                        joins.listen(),
                        known);
    }

    private void leadTo(Endpoint endpoint) {
        front.leadTo(Relay.to(endpoint));
        calm.leadTo(Relay.to(endpoint));
        joins.leadTo(endpoint, file(DAEMON_LOG));
    }

    private static Relay relayToTheDaemon(FaultSource faults) throws IOException {
        return new Relay(Endpoint.loopback(), NOWHERE, faults);
    }

    /** Waits until all agents are ready and have their configuration. */
    void awaitReady() {
        for (Road road : Road.values()) {
            String agent = "/api/v1/agents/" + road.agent();
            await(agent, "\"state\":\"ready\"");
            if (!road.isDialled()) {
                ask("PUT", agent + "/config", "{%s}".formatted(CONFIG));
                await(agent + "/config", "\"status\":\"applied\",\"desired_revision\":1");
            }
        }
    }

    private void await(String path, String words) {
        Eventually.await(SETTLING, () -> assertThat(get(path)).contains(words));
    }

    /** Asks the daemon on the way without faults. */
    String get(String path) {
        return ask("GET", path, "");
    }

    private String ask(String method, String path, String body) {
        try (HttpCall call = new HttpCall(calm.endpoint(), SETTLING, Relay.RECEIVE_BYTES)) {
            call.ask(method, path, Map.of(), body);
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
