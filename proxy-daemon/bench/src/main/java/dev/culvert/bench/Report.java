package dev.culvert.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes the results as Markdown tables, CSV and charts. */
record Report(Results results) {
    private static final String BEGIN =
            "<!-- what ./culvert bench --publish writes begins here -->";
    private static final String END = "<!-- and ends here -->";

    String table(Scenario scenario) {
        if (scenario.load() instanceof Load.Road) {
            return results.road().table(scenario.title());
        }
        boolean silent = scenario.load() instanceof Load.IdleStreams;
        return results.contenders(scenario.name()).stream()
                .map(it -> silent ? memoryRow(scenario, it) : row(scenario, it))
                .collect(
                        Collectors.joining(
                                "\n",
                                "### "
                                        + scenario.title()
                                        + "\n\n"
                                        + (silent ? MEMORY_HEAD : head(scenario)),
                                "\n"));
    }

    private static String head(Scenario scenario) {
        return """
        | | CPU, µs per %s: median (lower quartile; least – most) | × HAProxy | × Go | %ss/s | p50, µs | p99 | p99.9 | kernel's share of the CPU | memory idle / after, MB | heap taken, B per %s | longest GC pause, ms |
        |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
        """
                .formatted(scenario.unit(), scenario.unit(), scenario.unit());
    }

    private String row(Scenario scenario, String contender) {
        List<Sample> rounds = results.of(scenario.name(), contender);
        Spread cpu = results.spread(scenario.name(), contender, Sample::cpuMicros);
        double errors = rounds.stream().mapToDouble(Sample::errors).sum();
        double heap = results.spread(scenario.name(), contender, Sample::heapBytesPerUnit).median();
        double pause = rounds.stream().mapToDouble(Sample::pauseMillis).max().orElse(0);
        return "| %s | **%s** (%s; %s – %s) | %s | %s | %,.0f | %,.0f | %,.0f | %,.0f | %.0f %% | %.0f / %.0f | %s | %s |"
                .formatted(
                        errors == 0 ? contender : "%s (%,.0f errors)".formatted(contender, errors),
                        figure(cpu.median()),
                        figure(cpu.lowerQuartile()),
                        figure(cpu.least()),
                        figure(cpu.most()),
                        ratio(scenario, contender, Peer.HAPROXY, cpu),
                        ratio(scenario, contender, Peer.GO, cpu),
                        results.spread(scenario.name(), contender, Sample::perSecond).median(),
                        results.spread(scenario.name(), contender, Sample::p50).median(),
                        results.spread(scenario.name(), contender, Sample::p99).median(),
                        results.spread(scenario.name(), contender, Sample::p999).median(),
                        100
                                * results.spread(scenario.name(), contender, Sample::kernelShare)
                                        .median(),
                        rounds.getFirst().idleResidentMib(),
                        rounds.getLast().residentMib(),
                        heap > 0 ? figure(heap) : "–",
                        pause > 0 ? figure(pause) : "–");
    }

    /** The ratio to that peer's figure, for the variant with the same agents or threads. */
    private String ratio(Scenario scenario, String contender, Peer peer, Spread cpu) {
        int comma = contender.indexOf(", ");
        String theirs = peer.title + (comma < 0 ? "" : contender.substring(comma));
        return figure(
                cpu.median() / results.spread(scenario.name(), theirs, Sample::cpuMicros).median());
    }

    private static final String MEMORY_HEAD =
            """
            | | clients | memory with the first tenth, MB | with all, MB | per further client, KiB |
            |---|--:|--:|--:|--:|
            """;

    private String memoryRow(Scenario scenario, String contender) {
        Sample sample = results.of(scenario.name(), contender).getFirst();
        return "| %s | %,.0f | %.0f | %.0f | %.1f |"
                .formatted(
                        contender,
                        sample.requests() / 0.9,
                        sample.idleResidentMib(),
                        sample.residentMib(),
                        sample.kibPerClient());
    }

    private static String figure(double value) {
        if (!Double.isFinite(value)) {
            return "–"; // nothing arrived in that time, or the peer was not there
        }
        return (value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f").formatted(value);
    }

    /**
     * Writes the tables between the marks in performance.md, and the figures and charts next to it.
     */
    void publish(List<Scenario> scenarios, String machine, Path docs) throws IOException {
        Path charts = Files.createDirectories(docs.resolve("performance"));
        StringBuilder text = new StringBuilder(BEGIN + "\n\n" + machine + "\n### Goals\n\n");
        text.append(new Goals(results).table()).append('\n');
        for (Scenario scenario : scenarios) {
            text.append(table(scenario)).append('\n');
            if (!(scenario.load() instanceof Load.IdleStreams
                    || scenario.load() instanceof Load.Road)) {
                String chart = scenario.name() + ".svg";
                Files.writeString(charts.resolve(chart), chart(scenario));
                text.append("![%s](performance/%s)\n\n".formatted(scenario.title(), chart));
            }
        }
        if (!results.tunnel().isEmpty()) {
            text.append(results.tunnel().table(TunnelCost.TITLE)).append('\n');
        }
        Files.write(charts.resolve("results.csv"), results.csv());
        Files.write(charts.resolve("road.csv"), results.road().csv());
        Path page = docs.resolve("performance.md");
        String old = Files.readString(page);
        String before = old.substring(0, old.indexOf(BEGIN));
        Files.writeString(page, before + text + old.substring(old.indexOf(END)));
    }

    private String chart(Scenario scenario) {
        List<Chart.Bar> bars = new ArrayList<>();
        for (String contender : results.contenders(scenario.name())) {
            Spread cpu = results.spread(scenario.name(), contender, Sample::cpuMicros);
            if (Double.isFinite(cpu.median())) {
                bars.add(new Chart.Bar(contender, cpu, figure(cpu.median())));
            }
        }
        return Chart.svg(
                scenario.title(),
                "CPU of the proxy in µs per %s: median, least and most".formatted(scenario.unit()),
                bars);
    }
}
