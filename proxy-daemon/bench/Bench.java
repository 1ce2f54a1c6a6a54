import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures the daemon beside its peers: {@code ./culvert bench --help}.
 *
 * <p>All contenders of a scenario run from its begin to its end, and take turns (A B C … A B C …)
 * under the same load, so that what the machine does besides hits all of them alike.
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
        Path sources =
                Path.of(System.getProperty("bench.sources", "proxy-daemon/bench")).toAbsolutePath();
        Tools tools =
                new Tools(
                        sources,
                        sources.resolveSibling("target").resolve("bench"),
                        options.before());
        List<Scenario> scenarios =
                Scenario.all(options.smoke()).stream()
                        .filter(scenario -> options.wants(scenario.name()))
                        .toList();
        if (options.list()) {
            scenarios.forEach(
                    scenario -> System.out.printf("%-20s %s%n", scenario.name(), scenario.title()));
            return;
        }
        if (!tools.isInstalled("gcc")) {
            System.out.println(
                    "bench: nothing is measured, for there is no gcc: the load and what stands"
                            + " behind the proxies are in C");
            return;
        }
        tools.build();
        try {
            new Bench(options, tools).run(scenarios);
        } catch (IOException e) {
            if (!Child.areStopping()) { // by Ctrl-C, which is no failure
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
            try (Arena arena = Arena.open(tools, scenario, options.toSettle())) {
                if (scenario.load() instanceof Load.IdleStreams(int clients)) {
                    holdIdle(arena, scenario, clients);
                } else {
                    takeTurns(arena, scenario);
                }
            }
            System.out.println(report.table(scenario));
        }
        if (!options.smoke()) {
            System.out.println(new Goals(results).table());
        }
        Files.write(tools.directory().resolve("results.csv"), results.csv());
        if (options.publish()) {
            report.publish(scenarios, Machine.words(tools), tools.sources().resolveSibling("docs"));
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
                results.add(arena.measure(contender, loads.get(contender), options.slice(), round));
            }
        }
    }

    /**
     * The load of each: that of the scenario, at half of a rate that is measured where it says so.
     */
    private Map<Scenario.Contender, Load> loads(Arena arena, Scenario scenario) throws IOException {
        Map<Scenario.Contender, Load> loads = new HashMap<>();
        if (!(scenario.load() instanceof Load.Messages messages)
                || scenario.pace() == Scenario.Pace.AS_FAST_AS_THEY_GO) {
            scenario.contenders().forEach(contender -> loads.put(contender, scenario.load()));
            return loads;
        }
        Map<Scenario.Contender, Double> best = new HashMap<>();
        for (Scenario.Contender contender : scenario.contenders()) {
            Map<String, Double> seen = arena.run(contender, messages, options.slice());
            best.put(contender, seen.get("requests") / seen.get("seconds"));
        }
        double slowest = Collections.min(best.values());
        best.forEach((contender, own) -> {
            double rate = scenario.pace() == Scenario.Pace.HALF_OF_ITS_BEST ? own : slowest;
            loads.put(contender, messages.atRate(Math.rint(rate / 2)));
        });
        return loads;
    }

    /** What each further client takes: the first tenth of them pays for what is there once. */
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
                    .mapToInt(line -> Integer.parseInt(line.split(" {2,}")[1]))
                    .findFirst()
                    .orElse(1024);
        }
    }
}
