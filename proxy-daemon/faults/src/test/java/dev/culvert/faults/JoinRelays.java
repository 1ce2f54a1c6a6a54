package dev.culvert.faults;

import dev.culvert.testing.VmMonitor;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A relay for each agent that dials in. All lead to the daemon that runs now, and wait a while for
 * the next one: an agent that fails again and again comes ever later, and its clients do not wait
 * for so long.
 *
 * <pre>
 *  agent e ──▶ Relay (TCP) ──────────────▶ http.listen
 *  agent f ──▶ Relay (TCP) ──────────────▶ join.listen, TCP
 *  agent g ──▶ Relay (Unix) ── VmMonitor ▶ join.listen, the socket of the VM
 * </pre>
 */
final class JoinRelays {
    /** The port of the host that a VM dials. */
    private static final int PORT = 1025;

    /** How long a connection waits for the next daemon. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private static final int BETWEEN_MILLIS = 20;
    private static final Pattern LISTENER = Pattern.compile("agents can dial in at (tcp://\\S+)");

    private final Map<Road, Relay> relays = new EnumMap<>(Road.class);
    private final Map<Road, Relay.Target> targets = new ConcurrentHashMap<>();
    private final Path vm;
    private final VmMonitor monitor;

    /**
     * @param opened closes what this opens
     * @param directory folder for sockets
     */
    JoinRelays(Opened opened, Path directory, Function<Road, FaultSource> faults)
            throws IOException {
        vm = directory.resolve(Road.JOINS_FROM_VM.agent() + ".vm");
        monitor = opened.add(new VmMonitor(vm));
        for (Road road : Road.values()) {
            if (!road.isDialled()) {
                Endpoint listen =
                        road == Road.JOINS_FROM_VM
                                ? Endpoint.unix(directory.resolve(road.agent() + ".relay"))
                                : Endpoint.loopback();
                relays.put(
                        road,
                        opened.add(new Relay(listen, () -> patiently(road), faults.apply(road))));
            }
        }
        targets.put(Road.JOINS_FROM_VM, this::fromTheVm);
    }

    private SocketChannel patiently(Road road) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return targets.getOrDefault(road, Stage.NOWHERE).dial();
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Pause.ofMillis(BETWEEN_MILLIS);
            }
        }
    }

    /** The key {@code join.listen} of the daemon. */
    String listen() {
        return "[\"tcp://127.0.0.1:0\", \"unix://%s?port=%d\"]".formatted(vm, PORT);
    }

    /**
     * Leads to a new daemon.
     *
     * @param http where its clients reach it
     * @param log of all daemons so far; the last one wrote where agents dial in
     */
    void leadTo(Endpoint http, Path log) {
        targets.put(Road.JOINS_BY_WEBSOCKET, Relay.to(http));
        targets.put(Road.JOINS_BY_TCP, Relay.to(listener(log)));
    }

    private static Endpoint listener(Path log) {
        try {
            return LISTENER.matcher(Files.readString(log))
                    .results()
                    .map((MatchResult found) -> Endpoint.parse(found.group(1)))
                    .reduce((_, last) -> last)
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private SocketChannel fromTheVm() throws IOException {
        try {
            return monitor.connectToHost(PORT).join();
        } catch (CompletionException e) {
            throw new IOException("the VM cannot connect to its host", e);
        }
    }

    /** Where the agent on this road dials in. */
    String url(Road road) throws IOException {
        String relay = Objects.requireNonNull(relays.get(road)).endpoint().toString();
        return road == Road.JOINS_BY_WEBSOCKET ? relay.replace("tcp://", "ws://") : relay;
    }

    /** The monitor of the VM that an agent on this road is in. */
    Optional<VmMonitor> monitor(Road road) {
        return road == Road.JOINS_FROM_VM ? Optional.of(monitor) : Optional.empty();
    }
}
