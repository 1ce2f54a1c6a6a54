package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/limits.md against the settings and against the metrics of a daemon that runs. */
class LimitsTest {
    /** Numbers, sizes and times that bound nothing that a client or an agent may do. */
    private static final Set<String> NO_LIMITS =
            Set.of(
                    "access_log.sample",
                    "access_log.slow",
                    "cluster.heartbeat",
                    "cluster.replicas",
                    "event_loops",
                    "http.tls.hsts_max_age",
                    "http.tls.reload_interval",
                    "sse.keepalive",
                    "traces.sample",
                    "transport.tcp_base_port",
                    "transport.vsock_port",
                    "tunnels[].port");

    private static final Path PAGE = Path.of("docs/limits.md");

    /** {@code KeyReferenceTest} holds it against the code. */
    private static final Path KEYS =
            Path.of("src/main/resources/dev/culvert/daemon/client/explain/keys.json");

    private static final Pattern QUANTITY = Pattern.compile("[0-9]+(B|KiB|MiB|GiB|ms|s|m|h|%)?");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z0-9_.\\[\\]]+)` \\| `([^`]+)` \\| (.+) \\| (.+) \\|");
    private static final Pattern METRIC = Pattern.compile("`(culvert_[a-z_]+)(\\{([^}`]*)})?`");

    private record Row(String key, String value, String metrics) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(new Row(row.group(1), row.group(2), row.group(4)));
            }
        }
        return rows;
    }

    @Test
    void everyLimitHasARowWithItsDefault() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        for (Row row : rows()) {
            assertThat(documented.put(row.key(), row.value())).as(row.key()).isNull();
        }

        assertThat(documented).isEqualTo(defaults());
    }

    /** Each key that takes a quantity, also those of lists, with its default as it is printed. */
    private static Map<String, String> defaults() throws Exception {
        Map<String, String> defaults = new TreeMap<>();
        for (Value row : Value.parse(Files.readString(KEYS)).at("keys").list()) {
            String text = row.text("default").replace("\"", "");
            String key = row.text("key");
            if (QUANTITY.matcher(text).matches() && !NO_LIMITS.contains(key)) {
                defaults.put(key, text);
            }
        }
        return defaults;
    }

    @Test
    void everyLimitIsSeenInAMetricThatThereIs() throws Exception {
        String gone =
                """
                {
                  "agents": [{"id": "a", "address": "unix:///nowhere/1"}],
                  "cluster": {"servers": ["nats://127.0.0.1:1"], "name": "one", "url": "https://one.example:8471"},
                  "providers": [{"name": "p", "kind": "openai", "url": "http://127.0.0.1:1/v1"}]
                }
                """;
        try (TestDaemon daemon = TestDaemon.start(gone)) {
            // Those with a label for a status, a code or a provider come into being with their
            // first.
            daemon.get("/nowhere");
            daemon.post("/providers/p/v1/chat/completions", "{\"model\": \"m\"}");
            daemon.post("/api/v1/agents/a/message", TestDaemon.MESSAGE);
            Map<String, Set<String>> exposed = exposed(daemon.get("/metrics").body());

            assertThat(rows())
                    .allMatch(row ->
                            METRIC.matcher(row.metrics()).find()
                                    || row.metrics().startsWith("none: "));
            assertThat(METRIC.matcher(Files.readString(PAGE)).results())
                    .isNotEmpty()
                    .allMatch(it -> isExposed(it, exposed), "there is such a metric");
        }
    }

    /** The labels of each metric that is there, by its name. */
    private static Map<String, Set<String>> exposed(String metrics) {
        return metrics.lines()
                .filter(line -> !line.startsWith("#"))
                .collect(
                        Collectors.toMap(
                                line ->
                                        line.split("[{ ]", 2)[0].replaceFirst(
                                                "_seconds_count$", "_seconds"),
                                line -> new TreeSet<>(labels(line)),
                                (one, other) -> {
                                    one.addAll(other);
                                    return one;
                                }));
    }

    private static Set<String> labels(String sample) {
        return Pattern.compile("([a-z_]+=\"[^\"]*\")")
                .matcher(sample)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    /** Any status and code may come: of those it is enough that the label is there. */
    private static boolean isExposed(MatchResult named, Map<String, Set<String>> exposed) {
        Set<String> there = exposed.get(named.group(1));
        return there != null
                && (named.group(2) == null
                        || labels(named.group(2)).stream()
                                .allMatch(label ->
                                        there.contains(label)
                                                || (label.matches("(code|error)=.*")
                                                        && there.stream()
                                                                .anyMatch(it ->
                                                                        it.startsWith(
                                                                                label.substring(
                                                                                        0,
                                                                                        label
                                                                                                        .indexOf(
                                                                                                                '=')
                                                                                                + 1))))));
    }
}
