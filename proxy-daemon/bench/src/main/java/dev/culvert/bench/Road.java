package dev.culvert.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The contenders of the scenario {@code road}: each daemon has a real guest of its own, and all
 * guests ask the same runtime. "No proxy" is the runtime itself.
 */
final class Road implements AutoCloseable {
    /** How often a client comes, reads one chunk and leaves. */
    private static final Duration LEAVING = Duration.ofMillis(10);

    private final Tools tools;
    private final Load.Road load;
    private final Backend backend;
    private final Map<Scenario.Contender, Peer.Running> entrants = new HashMap<>();
    private final Map<Scenario.Contender, Child> guests = new HashMap<>();

    private Road(Tools tools, Load.Road load, Backend backend) {
        this.tools = tools;
        this.load = load;
        this.backend = backend;
    }

    static Road open(Tools tools, Scenario scenario, Load.Road load) throws IOException {
        Road road = new Road(tools, load, Backend.start(tools, 1));
        try {
            for (Scenario.Contender contender : scenario.contenders()) {
                road.start(contender);
            }
            return road;
        } catch (IOException | RuntimeException e) {
            road.close();
            throw e;
        }
    }

    private void start(Scenario.Contender contender) throws IOException {
        Backend reached = backend;
        if (isProxied(contender)) {
            reached = backend.behindGuest(tools, 2 * (load.silent() + load.clients()));
            guests.put(contender, reached.process());
        }
        Peer peer = contender.peer();
        entrants.put(contender, peer.start(tools, reached, 1, contender.threads(), 0));
    }

    private static boolean isProxied(Scenario.Contender contender) {
        return contender.peer() != Peer.DIRECT;
    }

    private Peer.Running entrant(Scenario.Contender contender) {
        return Objects.requireNonNull(entrants.get(contender));
    }

    private int port(Scenario.Contender contender) {
        return isProxied(contender)
                ? entrant(contender).port()
                : Integer.parseInt(backend.runtime());
    }

    /** The runtime speaks chat completions. */
    private static List<String> dialect(Scenario.Contender contender) {
        return isProxied(contender) ? contender.peer().dialect() : Peer.OPENAI.dialect();
    }

    void warmUp(Scenario.Contender contender, Duration time) throws IOException {
        Figures.parse(run(contender, load.unpaced(), time));
        run(contender, new Load.Leavers(backend.runtime(), LEAVING), time);
    }

    private String run(Scenario.Contender contender, Load part, Duration time) throws IOException {
        return part.line(tools, port(contender), 1, time, dialect(contender));
    }

    /** Streams at their pace, and then clients that leave. */
    RoadSample drive(Scenario.Contender contender, Duration time, int round) throws IOException {
        return RoadSample.of(
                contender.title(),
                round,
                Figures.named(run(contender, load, time)),
                Figures.named(run(contender, new Load.Leavers(backend.runtime(), LEAVING), time)));
    }

    /**
     * Reads the memory of a daemon and its guest with a tenth of the silent streams open, which
     * pays for what is allocated once, and again with all of them.
     */
    List<RoadResults.Memory> hold(Scenario.Contender contender, int most, Duration toSettle)
            throws IOException {
        if (!isProxied(contender)) {
            return List.of();
        }
        Child daemon = entrant(contender).process();
        Child guest = Objects.requireNonNull(guests.get(contender));
        int all = Math.min(load.silent(), most);
        int first = all / 10;
        List<Child> holders = new ArrayList<>();
        try {
            holders.add(silent(contender, first));
            Bench.pause(toSettle);
            double daemonBefore = daemon.residentMib();
            double guestBefore = guest.residentMib();
            holders.add(silent(contender, all - first));
            Bench.pause(toSettle);
            return List.of(
                    new RoadResults.Memory(
                            contender.title(),
                            all - first,
                            (daemon.residentMib() - daemonBefore) * 1024 / (all - first),
                            (guest.residentMib() - guestBefore) * 1024 / (all - first)));
        } finally {
            holders.forEach(Child::close);
        }
    }

    private Child silent(Scenario.Contender contender, int streams) throws IOException {
        return new Load.IdleStreams(streams).open(tools, port(contender), 1, dialect(contender));
    }

    @Override
    public void close() {
        entrants.values().forEach(entrant -> entrant.process().close());
        guests.values().forEach(Child::close);
        backend.process().close();
    }
}
