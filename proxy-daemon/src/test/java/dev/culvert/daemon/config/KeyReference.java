package dev.culvert.daemon.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Key;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes down every key of the settings, for {@code culvert explain} and for the page of keys.
 *
 * <p>What a key takes, its default, whether a reload changes it, and its range come from the code
 * itself: the range is what the records answer to values that they refuse. What it is for comes
 * from the comments of {@code culvertd.jsonc}, and what happens beyond a limit from {@code
 * limits.md}.
 */
final class KeyReference {
    static final Path RESOURCE =
            Path.of("src/main/resources/dev/culvert/daemon/client/explain/keys.json");
    static final Path PAGE = Path.of("docs/keys.md");

    static final Path SHIPPED = Path.of("dist/culvertd.jsonc");
    private static final Path LIMITS = Path.of("docs/limits.md");

    /** Each is refused by some key, or is a value that it can have and that is no default. */
    private static final List<String> TRIED =
            List.of(
                    "-1",
                    "0",
                    "7",
                    "2147483647",
                    "\"7s\"",
                    "\"0s\"",
                    "\"8760h\"",
                    "\"0\"",
                    "\"70KiB\"",
                    "\"100MiB\"",
                    "\"2047MiB\"",
                    "\"0%\"",
                    "\"60%\"",
                    "\"100%\"",
                    "\"999%\"",
                    "true",
                    "\"tcp\"",
                    "\"debug\"",
                    "\"/var/lib/example\"",
                    "[\"127.0.0.1:9000\"]",
                    "[\"https://console.example.org\"]",
                    "[\"unix:///run/example/admin.sock\"]");

    /** The keys of a list's objects are known only where there is one. */
    static final String ONE_OF_EACH =
            """
            {
              "auth": {
                "roles": [{"name": "deployer", "scopes": ["agents:read"]}],
                "unix": [{"uid": 1000, "roles": ["operator"]}]
              },
              "limits": {"tenants": [{"tenant": "acme", "rate": "50/s"}]},
              "tools": {"tenants": [{"tenant": "acme"}], "agents": [{"agent": "web-1"}]},
              "webhooks": [{"name": "a", "url": "http://h/", "secret": {"env": "S"}}],
              "triggers": [{"name": "a", "flow": "f", "schedule": "every 5m"}],
              "reach": {"ports": [{"ports": "80"}], "services": [{"to": ["127.0.0.1:5432"]}]},
              "providers": [{"name": "a", "kind": "openai", "url": "http://h/v1", "key": {"env": "S"}}],
              "budgets": {"agents": [{"agent": "a"}], "tenants": [{"tenant": "acme"}]},
              "egress": [{"hosts": ["h"], "ports": "443"}],
              "proxmox": [{"name": "a", "url": "https://h:8006", "token_id": "a@pve!b", "token_secret": {"env": "S"}}],
              "tunnels": [{"name": "a", "kind": "local", "host": "h", "to": "t:1"}],
              "agents": [{"id": "a", "cid": 3}]
            }
            """;

    private static final Pattern MUST = Pattern.compile("it must be .*|it must not be .*");
    private static final Pattern LIMIT_ROW =
            Pattern.compile("\\| `([a-z0-9_.\\[\\]]+)` \\| [^|]*\\| ([^|]*) \\| ([^|]*) \\|");

    record Row(
            String key,
            String about,
            String takes,
            String range,
            String byDefault,
            boolean secret,
            String change,
            String example,
            String beyond,
            String metric) {}

    private final ShippedKeys shipped;
    private final Settings<DaemonSettings> defaults;
    private final Settings<DaemonSettings> oneOfEach;
    private final Map<String, String> examples = new LinkedHashMap<>();

    private KeyReference() throws IOException, BadSettingsException {
        shipped = new ShippedKeys(Files.readString(SHIPPED));
        examples.putAll(shipped.examples());
        defaults = read(List.of());
        oneOfEach = read(List.of(Layer.text("one of each", ONE_OF_EACH)));
    }

    static List<Row> rows() throws IOException, BadSettingsException {
        return new KeyReference().all();
    }

    private List<Row> all() throws IOException, BadSettingsException {
        Map<String, String[]> limits = new LinkedHashMap<>();
        Matcher limit = LIMIT_ROW.matcher(Files.readString(LIMITS));
        while (limit.find()) {
            limits.put(limit.group(1), new String[] {limit.group(2), limit.group(3)});
        }
        List<Row> rows = new ArrayList<>();
        for (Key key : oneOfEach.keys()) {
            String name = key.path().replace("[0]", "[]");
            Set<String> ranges = new LinkedHashSet<>();
            Set<String> needsRestart = new LinkedHashSet<>();
            if (!name.contains("[]")) {
                tryAll(name, key, ranges, needsRestart);
            }
            // Some cannot be tried alone, because they need others.
            if (StartSettings.needRestart(name.replace("[]", ""))) {
                needsRestart.add(name);
            }
            String[] beyond = limits.getOrDefault(name, new String[] {"", ""});
            rows.add(
                    new Row(
                            name,
                            shipped.comments().getOrDefault(name, ""),
                            key.takes(),
                            String.join("; ", ranges),
                            key.setAt() == null ? key.json() : "null",
                            key.secret(),
                            needsRestart.isEmpty() ? "reload" : "restart",
                            examples.getOrDefault(name, ""),
                            plain(beyond[0]),
                            plain(beyond[1])));
        }
        return rows;
    }

    private void tryAll(String name, Key key, Set<String> ranges, Set<String> needsRestart) {
        for (String value : TRIED) {
            try {
                DaemonSettings other =
                        read(List.of(Layer.text("tried", file(name, value)))).value();
                if (!other.equals(defaults.value())) {
                    examples.putIfAbsent(name, value);
                    if (value.startsWith("\"") && !examples.get(name).startsWith("\"")) {
                        examples.put(name, value); // "7s" says more than 7
                    }
                    needsRestart.addAll(StartSettings.of(defaults.value()).needingRestart(other));
                }
            } catch (BadSettingsException e) {
                e.mistakes().stream()
                        .map(mistake -> mistake.replaceAll(".*?: [a-z_.\\[\\]0-9]+ is .*?: ", ""))
                        .filter(MUST.asMatchPredicate())
                        .filter(range ->
                                !range.endsWith(key.takes()) && !range.equals("it must be a list"))
                        .filter(range -> !key.takes().endsWith(range.substring(11) + " each"))
                        .forEach(ranges::add);
            }
        }
    }

    private static String file(String name, String value) {
        String text = value;
        String[] parts = name.split("\\.", -1);
        for (int i = parts.length - 1; i >= 0; i--) {
            text = "{\"" + parts[i] + "\": " + text + "}";
        }
        return text;
    }

    private static Settings<DaemonSettings> read(List<Layer> layers) throws BadSettingsException {
        return Settings.read(layers, DaemonSettings::read);
    }

    /** What is printed as an empty list, and is no key that takes a list of values. */
    static List<String> listsWithoutExample(Settings<?> settings) throws IOException {
        Set<String> keys = settings.keys().stream().map(Key::path).collect(Collectors.toSet());
        List<String> lists = new ArrayList<>();
        try (JsonParser json =
                JsonFactory.builder()
                        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                        .build()
                        .createParser(settings.print())) {
            JsonToken before = null;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (before == JsonToken.START_ARRAY && token == JsonToken.END_ARRAY) {
                    String path = json.getParsingContext().pathAsPointer().toString();
                    lists.add(path.substring(1).replaceAll("/([0-9]+)", "[$1]").replace('/', '.'));
                }
                before = token;
            }
        }
        lists.removeAll(keys);
        return lists;
    }

    private static String plain(String markdown) {
        return markdown.replace("`", "");
    }

    static String json(List<Row> rows) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeFieldName("keys");
            json.writeStartArray();
            for (Row row : rows) {
                json.writeRaw(rows.indexOf(row) == 0 ? "\n" : "");
                json.writeStartObject();
                json.writeStringField("key", row.key());
                json.writeStringField("about", row.about());
                json.writeStringField("takes", row.takes());
                json.writeStringField("range", row.range());
                json.writeStringField("default", row.byDefault());
                json.writeBooleanField("secret", row.secret());
                json.writeStringField("change", row.change());
                json.writeStringField("example", row.example());
                json.writeStringField("beyond", row.beyond());
                json.writeStringField("metric", row.metric());
                json.writeEndObject();
                json.writeRaw("\n");
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.append("\n").toString();
    }

    static String page(List<Row> rows) {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Keys of culvertd's settings

                        Every key of the settings file, in its order. `culvert explain KEY` says the same on a terminal, and where the key is set on this machine. [configuration.md](configuration.md) says where settings come from,
                        [limits.md](limits.md) what happens beyond each limit. This page is generated from the code and from [culvertd.jsonc](../dist/culvertd.jsonc); `KeyReferenceTest` fails if it is out of date.
                        """);
        String section = "";
        for (Row row : rows) {
            int dot = row.key().lastIndexOf('.');
            String its = dot < 0 ? "the daemon" : row.key().substring(0, dot);
            if (!its.equals(section)) {
                section = its;
                page.append("\n## ")
                        .append(section.replace("[]", ""))
                        .append("\n\n| key | what it is | takes | default | changes with |\n")
                        .append("|---|---|---|---|---|\n");
            }
            page.append(
                    "| `%s` | %s | %s | %s | a %s |\n"
                            .formatted(
                                    row.key(),
                                    cell(row.about()),
                                    cell(
                                            Stream.of(row.takes(), row.range())
                                                    .filter(it -> !it.isEmpty())
                                                    .reduce((a, b) -> a + "; " + b)
                                                    .orElse("")),
                                    row.secret() || row.byDefault().equals("null")
                                            ? "none"
                                            : "`" + row.byDefault() + "`",
                                    row.change()));
        }
        return page.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    /** Keys that the shipped file says nothing about. */
    static List<String> unexplained(List<Row> rows) {
        return rows.stream().filter(row -> row.about().isBlank()).map(Row::key).toList();
    }
}
