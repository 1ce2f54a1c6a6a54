package dev.culvert.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Scanner;
import java.util.stream.Stream;

/**
 * Measures the daemon beside its peers: {@code ./culvert bench --help}.
 *
 * <p>All contenders of a scenario run from its start to its end. They take turns under the same
 * load (A B C … A B C …), so that other work of the machine affects all of them alike.
 */
final class Bench {
    private final Options options;
    private final Tools tools;
    private final Results results = new Results();

    private Bench(Options options, Tools tools) {
        this.options = options;
        this.tools = tools;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Locale.setDefault(Locale.ROOT);
        Options options = Options.of(arguments);
        Path module =
                Path.of(System.getProperty("bench.module", "proxy-daemon/bench")).toAbsolutePath();
        Tools tools = new Tools(module, options.before());
        List<Scenario> scenarios =
                Scenario.all(options.smoke()).stream()
                        .filter(scenario -> options.wants(scenario.name()))
                        .toList();
        if (options.list()) {
            scenarios.forEach(
                    scenario -> System.out.printf("%-20s %s%n", scenario.name(), scenario.title()));
            System.out.printf("%-20s %s%n", TunnelCost.NAME, TunnelCost.TITLE);
            return;
        }
        if (!tools.isInstalled("gcc")) {
            System.out.println(
                    "bench: measured nothing, because gcc is missing: the load and the backend are"
                            + " C programs. Install gcc.");
            return;
        }
        tools.build();
        try {
            new Bench(options, tools).run(scenarios);
        } catch (IOException e) {
            if (!Child.areStopping()) { // Ctrl-C is no failure
                throw e;
            }
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(List<Scenario> scenarios) throws IOException, InterruptedException {
        Report report = new Report(results);
        for (Scenario wanted : scenarios) {
            Scenario scenario =
                    wanted.with(contender ->
                            options.wants(contender.peer()) && contender.peer().isThere(tools));
            if (scenario.contenders().isEmpty()) {
                continue;
            }
            if (scenario.load() instanceof Load.Road load) {
                drive(scenario, load);
                System.out.println(report.table(scenario));
                continue;
            }
            try (Arena arena = Arena.open(tools, scenario, options.toSettle())) {
                if (scenario.load() instanceof Load.IdleStreams(int clients)) {
                    holdIdle(arena, scenario, clients);
                } else {
                    takeTurns(arena, scenario);
                }
            }
            System.out.println(report.table(scenario));
        }
        if (options.wants(TunnelCost.NAME)) {
            new TunnelCost(options, tools, results.tunnel()).run();
        }
        if (!options.smoke()) {
            System.out.println(new Goals(results).table());
        }
        if (scenarios.isEmpty()) {
            return;
        }
        Files.write(tools.directory().resolve("results.csv"), results.csv());
        Files.write(tools.directory().resolve("road.csv"), results.road().csv());
        if (options.publish()) {
            report.publish(scenarios, Machine.words(tools), tools.docs());
        }
    }

    /** Memory first, while the programs are fresh; then the rounds. */
    private void drive(Scenario scenario, Load.Road load) throws IOException {
        try (Road road = Road.open(tools, scenario, load)) {
            Bench.pause(options.toSettle());
            for (Scenario.Contender contender : scenario.contenders()) {
                results.road().addAll(road.hold(contender, openFiles() / 2, options.toSettle()));
            }
            for (Scenario.Contender contender : scenario.contenders()) {
                Duration warmUp = options.warmUp(contender.peer());
                if (warmUp.isPositive()) {
                    road.warmUp(contender, warmUp);
                }
            }
            for (int round = 1; round <= options.rounds(); round++) {
                for (Scenario.Contender contender : scenario.contenders()) {
                    results.road().add(road.drive(contender, options.slice(), round));
                }
            }
        }
    }

    private void takeTurns(Arena arena, Scenario scenario) throws IOException {
        for (Scenario.Contender contender : scenario.contenders()) {
            Duration warmUp = options.warmUp(contender.peer());
            if (warmUp.isPositive()) {
                arena.run(contender, scenario.load().unpaced(), warmUp);
            }
        }
        Map<Scenario.Contender, Load> loads = loads(arena, scenario);
        for (int round = 1; round <= options.rounds(); round++) {
            for (Scenario.Contender contender : scenario.contenders()) {
                results.add(
                        arena.measure(
                                contender,
                                Objects.requireNonNull(loads.get(contender)),
                                options.slice(),
                                round));
            }
        }
    }

    /** The load of each contender. A paced scenario first measures the rate that it halves. */
    private Map<Scenario.Contender, Load> loads(Arena arena, Scenario scenario) throws IOException {
        Map<Scenario.Contender, Load> loads = new HashMap<>();
        if (!(scenario.load() instanceof Load.Messages messages)
                || scenario.pace() == Scenario.Pace.AS_FAST_AS_THEY_GO) {
            scenario.contenders().forEach(contender -> loads.put(contender, scenario.load()));
            return loads;
        }
        Map<Scenario.Contender, Double> best = new HashMap<>();
        for (Scenario.Contender contender : scenario.contenders()) {
            Figures seen = arena.run(contender, messages, options.slice());
            best.put(contender, seen.requestsPerSecond());
        }
        double slowest = Collections.min(best.values());
        best.forEach((contender, own) -> {
            double rate = scenario.pace() == Scenario.Pace.HALF_OF_ITS_BEST ? own : slowest;
            loads.put(contender, messages.atRate(Math.rint(rate / 2)));
        });
        return loads;
    }

    /** Measures the memory of one more client. The first tenth pays for what is allocated once. */
    private void holdIdle(Arena arena, Scenario scenario, int clients) throws IOException {
        for (Scenario.Contender contender : scenario.contenders()) {
            int most =
                    Math.min(
                            clients, (openFiles() - 500) / contender.peer().connectionsPerStream());
            results.add(arena.hold(contender, most / 10, most));
        }
    }

    private static int openFiles() throws IOException {
        try (Stream<String> limits = Files.lines(Path.of("/proc/self/limits"))) {
            return limits.filter(line -> line.startsWith("Max open files"))
                    .mapToInt(line ->
                            new Scanner(line.substring("Max open files".length())).nextInt())
                    .findFirst()
                    .orElse(1024);
        }
    }
}
