package dev.culvert.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The running contenders of one scenario, and the backend that they forward to. */
final class Arena implements AutoCloseable {
    private static final Pattern PAUSE = Pattern.compile("(?m)Pause .* (\\d+\\.\\d+)ms$");

    private static final Pattern HEAP =
            Pattern.compile("(?m)^culvert_heap_allocated_bytes_total (\\S+)$");

    private record Entrant(Peer.Running running, double idleResidentMib) {}

    private final Tools tools;
    private final Scenario scenario;
    private final Duration toSettle;
    private final Backend backend;
    private final Map<Scenario.Contender, Entrant> entrants = new LinkedHashMap<>();

    private Arena(Tools tools, Scenario scenario, Duration toSettle, Backend backend) {
        this.tools = tools;
        this.scenario = scenario;
        this.toSettle = toSettle;
        this.backend = backend;
    }

    /**
     * @param toSettle how long a program that has started is left alone before its memory is read
     */
    static Arena open(Tools tools, Scenario scenario, Duration toSettle) throws IOException {
        int agents =
                scenario.contenders().stream().mapToInt(Scenario.Contender::agents).max().orElse(1);
        Arena arena = new Arena(tools, scenario, toSettle, Backend.start(tools, agents));
        try {
            arena.start();
            return arena;
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private void start() throws IOException {
        int bytes = scenario.load() instanceof Load.Messages messages ? messages.bytes() : 0;
        Map<Scenario.Contender, Peer.Running> started = new LinkedHashMap<>();
        for (Scenario.Contender contender : scenario.contenders()) {
            Peer.Running running =
                    contender
                            .peer()
                            .start(tools, backend, contender.agents(), contender.threads(), bytes);
            started.put(contender, running);
            entrants.put(
                    contender,
                    new Entrant(running, 0)); // close() stops it even if a later one fails
        }
        Bench.pause(toSettle);
        started.forEach((contender, running) ->
                entrants.put(contender, new Entrant(running, running.process().residentMib())));
    }

    private Entrant entrant(Scenario.Contender contender) {
        return Objects.requireNonNull(entrants.get(contender));
    }

    /** Puts a load on a contender and returns the figures of its clients. */
    Figures run(Scenario.Contender contender, Load load, Duration time) throws IOException {
        return load.run(
                tools,
                entrant(contender).running().port(),
                contender.agents(),
                time,
                contender.peer().dialect());
    }

    Sample measure(Scenario.Contender contender, Load load, Duration time, int round)
            throws IOException {
        Entrant entrant = entrant(contender);
        Child process = entrant.running().process();
        int pausesBefore = pauses(entrant.running()).size();
        double first = heapBytes(entrant.running());
        double heapBefore = heapBytes(entrant.running());
        double toAsk = heapBefore - first;
        Child.Cpu cpuBefore = process.cpu();
        Figures seen = run(contender, load, time);
        Child.Cpu cpu = process.cpu().minus(cpuBefore);
        double heap = heapBytes(entrant.running()) - heapBefore - toAsk;
        double pause =
                pauses(entrant.running()).stream()
                        .skip(pausesBefore)
                        .mapToDouble(millis -> millis)
                        .max()
                        .orElse(0);
        double rate = load instanceof Load.Messages messages ? messages.rate() : 0;
        return Sample.of(
                scenario.name(),
                contender.title(),
                round,
                seen,
                rate,
                cpu,
                process.residentMib(),
                entrant.idleResidentMib(),
                heap,
                pause);
    }

    /** Bytes that the daemon has allocated on its heap so far. */
    private static double heapBytes(Peer.Running running) throws IOException {
        if (running.gcLog().isEmpty()) {
            return 0;
        }
        URI metrics = URI.create("http://127.0.0.1:%d/metrics".formatted(running.port()));
        try (InputStream in = metrics.toURL().openStream()) {
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return HEAP.matcher(text)
                    .results()
                    .mapToDouble(it -> Double.parseDouble(it.group(1)))
                    .sum();
        }
    }

    /** The pauses of its garbage collector so far, in milliseconds. */
    private static List<Double> pauses(Peer.Running running) throws IOException {
        if (running.gcLog().isEmpty()) {
            return List.of();
        }
        String log = Files.readString(running.gcLog().get());
        return PAUSE.matcher(log).results().map(pause -> Double.valueOf(pause.group(1))).toList();
    }

    /** Reads its memory with the first streams open, and again with all of them. */
    Sample hold(Scenario.Contender contender, int first, int all) throws IOException {
        Entrant entrant = entrant(contender);
        Child process = entrant.running().process();
        Child.Cpu cpuBefore = process.cpu();
        try (Child _ = open(contender, first)) {
            double before = process.residentMib();
            try (Child _ = open(contender, all - first)) {
                double after = process.residentMib();
                return Sample.of(
                        scenario.name(),
                        contender.title(),
                        1,
                        Figures.silent(all - first),
                        0,
                        process.cpu().minus(cpuBefore),
                        after,
                        before,
                        0,
                        0);
            }
        }
    }

    private Child open(Scenario.Contender contender, int clients) throws IOException {
        Child load =
                new Load.IdleStreams(clients)
                        .open(
                                tools,
                                entrant(contender).running().port(),
                                contender.agents(),
                                contender.peer().dialect());
        Bench.pause(toSettle);
        return load;
    }

    @Override
    public void close() {
        entrants.values().forEach(entrant -> entrant.running().process().close());
        backend.process().close();
    }
}
