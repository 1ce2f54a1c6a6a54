package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/metrics.md, docs/runbook.md, the alert rules and the dashboard against each other and
 * against the metrics of a daemon that runs. src/test/prometheus/run.sh runs rules and queries.
 */
class MonitoringTest {
    private static final Path PAGE = Path.of("docs/metrics.md");
    private static final Path RUNBOOK = Path.of("docs/runbook.md");
    private static final Path ALERTS = Path.of("dist/prometheus/alerts.yml");
    private static final Path DASHBOARD = Path.of("dist/grafana/culvert.json");

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(culvert_[a-z0-9_]+)` \\| (.*?) \\| (.+?) \\| (.+) \\|$");
    private static final Pattern HELP =
            Pattern.compile("(?m)^# HELP (culvert_[a-z0-9_]+) (.+)\n# TYPE \\S+ (\\w+)$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Pattern METRIC = Pattern.compile("\\b(culvert_[a-z0-9_]+)");
    private static final Pattern ALERT =
            Pattern.compile("(?s)- alert: (\\w+)\n(.+?)(?=\n      - alert: |\\z)");
    private static final Pattern SECTION = Pattern.compile("(?m)^## (Culvert\\w+)$");

    private static final Pattern LOOK = Pattern.compile("(?m)^\\*\\*Look at\\.\\*\\* (.*)$");
    private static final String VERBS = verbs();

    private record Described(String labels, String help) {}

    @Test
    void everyMetricHasARowWithItsHelpAndItsLabels() throws Exception {
        String gone = "{\"agents\": [{\"id\": \"a\", \"address\": \"unix:///nowhere/1\"}]}";
        Map<String, Described> served = new TreeMap<>();
        try (TestDaemon daemon = TestDaemon.start(gone)) {
            // Those that have a label for a status or a code come into being with their first.
            daemon.get("/nowhere");
            daemon.post("/api/v1/agents/a/message", TestDaemon.MESSAGE);
            String scrape = daemon.get("/metrics").body();
            HELP.matcher(scrape)
                    .results()
                    .filter(it -> !isMaximumOfATimer(it.group(1), scrape))
                    .forEach(it ->
                            served.put(
                                    it.group(1),
                                    new Described(labels(it.group(1), scrape), it.group(2))));
        }
        Map<String, Described> described = new TreeMap<>();
        ROW.matcher(Files.readString(PAGE))
                .results()
                .forEach(row ->
                        described.put(row.group(1), new Described(row.group(2), row.group(3))));

        assertThat(
                        served.entrySet().stream()
                                .filter(it -> !it.getValue().equals(described.get(it.getKey())))
                                .map(it -> row(it.getKey(), it.getValue())))
                .as("rows that the page lacks, or has otherwise")
                .isEmpty();
        assertThat(described.keySet()).allMatch(KnownMetrics::has);
        assertThat(KnownMetrics.METERS)
                .allMatch(meter ->
                        described.keySet().stream()
                                .anyMatch(it -> it.matches(meter + "(_bytes|_seconds)?(_total)?")));
    }

    private static String row(String name, Described it) {
        return "| `" + name + "` | " + it.labels() + " | " + it.help() + " | what to do |";
    }

    /** Micrometer serves the longest time of each timer as a metric of its own. */
    private static boolean isMaximumOfATimer(String name, String scrape) {
        return name.endsWith("_seconds_max")
                && scrape.contains("# TYPE " + name.replaceFirst("_max$", " histogram"));
    }

    private static String labels(String metric, String scrape) {
        Set<String> labels =
                scrape.lines()
                        .filter(line -> line.matches(metric + "(_count)?\\{.*"))
                        .flatMap(line ->
                                LABEL.matcher(line.substring(0, line.indexOf('}')))
                                        .results()
                                        .map(label -> label.group(1)))
                        .collect(Collectors.toCollection(TreeSet::new));
        return labels.stream().map(it -> "`" + it + "`").collect(Collectors.joining(", "));
    }

    @Test
    void everyAlertSaysWhatIsWrongWhatToDoAndWhereTheRunbookHasMore() throws Exception {
        List<MatchResult> alerts = ALERT.matcher(Files.readString(ALERTS)).results().toList();

        assertThat(alerts)
                .isNotEmpty()
                .allSatisfy(alert -> {
                    String anchor = "runbook.md#" + alert.group(1).toLowerCase(Locale.ROOT);
                    assertThat(alert.group(2))
                            .as(alert.group(1))
                            .containsPattern("severity: (critical|warning|info)\n")
                            .containsPattern("summary: '.+'\n")
                            .containsPattern("do: '.*\\bculvert (" + VERBS + ")\\b.*'\n")
                            .containsPattern("runbook_url: file:///usr/share/doc/\\S+/" + anchor);
                });
        assertThat(names(SECTION, RUNBOOK)).isEqualTo(names(ALERT, ALERTS));
    }

    /** Whoever is woken finds the command before anything else. */
    @Test
    void whatTheRunbookLooksAtBeginsWithACommandOfOurs() throws Exception {
        String runbook = Files.readString(RUNBOOK);

        assertThat(LOOK.matcher(runbook).results().map(it -> it.group(1)))
                .hasSameSizeAs(names(SECTION, RUNBOOK))
                .allMatch(text -> text.matches("`culvert (" + VERBS + ")[ `].*"));
        assertThat(runbook.substring(0, runbook.indexOf("\n## Culvert")))
                .contains(
                        Stream.of(
                                        "status",
                                        "doctor",
                                        "ping",
                                        "top",
                                        "logs",
                                        "op",
                                        "explain",
                                        "bugreport",
                                        "config print")
                                .map("`culvert "::concat)
                                .toList());
    }

    @Test
    void alertsAndDashboardUseOnlyMetricsThatThereAre() throws Exception {
        Stream.of(ALERTS, DASHBOARD)
                .forEach(file ->
                        assertThat(unchecked(file))
                                .as(file.toString())
                                .isNotEmpty()
                                .allMatch(KnownMetrics::has));
    }

    @Test
    void everyPanelHasAQuery() throws Exception {
        String dashboard = Files.readString(DASHBOARD);
        int rows = dashboard.split("\"type\": \"row\"", -1).length;
        int panels = dashboard.split("\"gridPos\": ", -1).length;

        assertThat(dashboard.split("\"targets\": \\[\\s*\\{", -1)).hasSize(panels - rows + 1);
        assertThat(dashboard).doesNotContainPattern("\"expr\": \"\\s*\"");
    }

    /** Each verb of the command, as a pattern has alternatives. */
    private static String verbs() {
        try {
            return EveryVerb.all().stream()
                    .filter(verb -> !verb.contains(" "))
                    .collect(Collectors.joining("|"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Set<String> unchecked(Path file) {
        try {
            return names(METRIC, file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Set<String> names(Pattern pattern, Path file) throws java.io.IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
