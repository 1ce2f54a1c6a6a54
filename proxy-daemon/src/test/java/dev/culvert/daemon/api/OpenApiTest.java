package dev.culvert.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.Daemon;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress.Tcp;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What openapi.yaml says against what a daemon answers. */
class OpenApiTest {
    private static final Path CLASSES = Path.of("target/classes/dev/culvert/daemon");
    private static final Pattern TEMPLATE = Pattern.compile("(/[A-Za-z0-9._{}-]+)+");
    private static final Pattern ROUTE_LABEL =
            Pattern.compile("culvert_http_requests_active\\{route=\"([^\"]+)\"}");
    private static final Pattern PATH_KEY = Pattern.compile("  (/\\S*):");
    private static final Pattern METHOD_KEY =
            Pattern.compile("    (get|put|post|delete|options|head|patch|trace):");
    private static final Pattern OUTER_KEY = Pattern.compile("^( {2}| {4})([^\\s:]+):(?= |$)");
    private static final Pattern SERVER = Pattern.compile("\\{ url: (\\S+) }");

    private final HttpClient client = HttpClient.newHttpClient();
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        String text =
                "{\"http\": {\"listen\": [\"tcp://127.0.0.1:0\"]}, \"admin\": {\"listen\": []},"
                        + " \"event_loops\": 1}";
        Settings<DaemonSettings> settings =
                Settings.read(List.of(Layer.text("test", text)), DaemonSettings::read);
        daemon = Daemon.start(settings, () -> settings, Systemd.ABSENT);
    }

    @AfterEach
    void stop() {
        client.close();
        daemon.close();
    }

    @Test
    void everyPathAndMethodThatIsServedIsDescribedAndNoOtherIs() throws Exception {
        Map<String, Set<String>> described = described(send("GET", "/openapi.yaml").body());

        Set<String> templates = new TreeSet<>(described.keySet());
        templates.addAll(namesOfRoutesInMetrics());
        templates.addAll(literalsThatMayBeTemplates());
        Map<String, Set<String>> served = new TreeMap<>();
        for (String template : templates) {
            HttpResponse<String> answer = send("OPTIONS", template.replaceAll("\\{.*?}", "x"));
            if (answer.statusCode() != 404) {
                String allow = answer.headers().firstValue("allow").orElseThrow();
                served.put(template, new TreeSet<>(List.of(allow.split(", "))));
            }
        }

        assertThat(described).isNotEmpty().isEqualTo(served);
    }

    @Test
    void eachOperationThatNeedsATokenMayBeAnswered401Or429AndTheOthersNot() throws Exception {
        String yaml = send("GET", "/openapi.yaml").body();
        String paths = yaml.substring(yaml.indexOf("\npaths:\n"), yaml.indexOf("\ncomponents:\n"));
        Set<String> unlimited = new TreeSet<>();
        for (String operation : paths.split("\n {6}operationId: ", -1)) {
            String name = operation.substring(0, operation.indexOf('\n'));
            boolean isOurs = operation.contains("/responses/Refused'"); // else `default` has 401
            boolean isLimited =
                    operation.contains("\n        '429':")
                            && (!isOurs || operation.contains("\n        '401':"));
            if (operation.contains("\n      responses:") && !isLimited) {
                unlimited.add(name);
            }
        }
        assertThat(unlimited)
                .containsExactly(
                        "connectAgent",
                        "describe",
                        "isAlive",
                        "isReady",
                        "sendDashboardFile",
                        "showDashboard",
                        "showHealth");
    }

    /** A mapping with one key twice is no YAML, although some readers take it. */
    @Test
    void noPathMethodOrComponentComesTwice() throws Exception {
        List<String> keys = new ArrayList<>();
        String outer = "";
        String yaml = send("GET", "/openapi.yaml").body();
        for (String line : yaml.substring(yaml.indexOf("\npaths:\n")).lines().toList()) {
            Matcher key = OUTER_KEY.matcher(line);
            if (key.find()) {
                boolean isInner = key.group(1).length() > 2;
                outer = isInner ? outer : key.group(2);
                keys.add(isInner ? outer + " " + key.group(2) : outer);
            }
        }
        assertThat(keys).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    }

    /** By the first name of each route. */
    private List<String> namesOfRoutesInMetrics() throws Exception {
        List<String> names =
                ROUTE_LABEL
                        .matcher(send("GET", "/metrics").body())
                        .results()
                        .map(label -> label.group(1))
                        .toList();
        assertThat(names).isNotEmpty();
        return names;
    }

    /** A route's other names are known to the router alone, but stand in some class. */
    private static List<String> literalsThatMayBeTemplates() throws IOException {
        List<String> literals = new ArrayList<>();
        try (Stream<Path> files = Files.walk(CLASSES)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".class")).toList()) {
                for (var constant : ClassFile.of().parse(file).constantPool()) {
                    if (constant instanceof StringEntry text) {
                        literals.add(text.stringValue());
                    }
                }
            }
        }
        return literals.stream().filter(TEMPLATE.asMatchPredicate()).toList();
    }

    /**
     * The paths with their servers before them, and their methods with those that the description
     * says of all. Relies on how the file is laid out: one key a line, the servers in one line.
     */
    private static Map<String, Set<String>> described(String yaml) {
        Map<String, Set<String>> described = new TreeMap<>();
        String path = "";
        List<String> prefixes = List.of();
        for (String line : yaml.lines().toList()) {
            var pathKey = PATH_KEY.matcher(line);
            var methodKey = METHOD_KEY.matcher(line);
            if (pathKey.matches()) {
                path = pathKey.group(1);
                prefixes = List.of("/api/v1");
            } else if (line.startsWith("    servers: ")) {
                prefixes = SERVER.matcher(line).results().map(OpenApiTest::prefix).toList();
            } else if (methodKey.matches()) {
                for (String prefix : prefixes) {
                    Set<String> methods =
                            described.computeIfAbsent(
                                    prefix + path, _ -> new TreeSet<>(Set.of("OPTIONS")));
                    methods.add(methodKey.group(1).toUpperCase(Locale.ROOT));
                    if (methods.contains("GET")
                            && !path.matches(
                                    ".*/(stream|events|connect|subjects|(forward|reverse)/.*)")) {
                        methods.add("HEAD");
                    }
                }
            }
        }
        return described;
    }

    private static String prefix(MatchResult server) {
        return server.group(1).equals("/") ? "" : server.group(1);
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        int port = ((Tcp) daemon.addresses().getFirst()).port();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, BodyPublishers.noBody())
                        .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
