package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.traces.TestCollector;
import dev.culvert.io.OwnerOnly;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plants secrets wherever somebody may put one, rightly or by mistake, and looks for them in all
 * that comes out: the log at its most talkative, answers, metrics, printed settings and bug
 * reports.
 */
@Timeout(120)
class PlantedSecretsTest {
    private static final int LEAST = 200;
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"(cvt_[0-9a-f]+_([^\"]+))\"");

    @TempDir private Path directory;

    private final Random random = new Random(20261129);
    private final List<String> planted = new ArrayList<>();
    private final StringBuilder seen = new StringBuilder();
    private final HttpClient client = HttpClient.newHttpClient();

    /** A secret that nothing else looks like. */
    private String plant() {
        String secret = "pl4nt%016x".formatted(random.nextLong());
        planted.add(secret);
        return secret;
    }

    @Test
    void nothingThatComesOutContainsOne() throws Exception {
        Path log = directory.resolve("log");
        Path file = directory.resolve("culvertd.jsonc");
        TestCollector collector = new TestCollector();
        List<String> used = new ArrayList<>();
        Files.writeString(file, withTraces(settings(20), collector, used));
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            environment.put(i % 2 == 0 ? "API_KEY_" + i : "CULVERT_LOG_LEVL_" + i, plant());
        }
        environment.put("CULVERT_LOG_LEVEL", "trace");
        environment.put("CULVERT_STATE_DIR", directory.resolve("state").toString());
        environment.put("LOG", log.toString());
        environment.put("CREDENTIALS_DIRECTORY", directory.toString());
        environment.put("OTLP_KEY", plant());
        used.add(planted.getLast());

        try (collector;
                DaemonProcess process = start(environment, "serve", file)) {
            URI daemon = URI.create(process.after("listening on "));
            String admin = tokens(daemon, 30);
            wrongCredentials(daemon, admin, 10);
            Eventually.await(() -> assertThat(collector.headers()).containsAll(used));
            failingSecret(log, collector);
            malformedRequests(daemon, 10);
            configurations(daemon, admin, 15);
            brokenSettings(process, file, log, 10);
            answers(daemon, admin);
            bugreport(daemon, admin, log);
        }
        Files.writeString(file, settings(5));
        printed(environment, file);
        seen.append(Files.readString(log));

        assertThat(planted).hasSizeGreaterThanOrEqualTo(LEAST);
        assertThat(seen).contains("DEBUG", "culvert_build_info", "\"log_level\"", "a0");
        for (String secret : planted) {
            int at = seen.indexOf(secret);
            assertThat(at < 0 ? "" : seen.substring(Math.max(0, at - 300), at + secret.length()))
                    .isEmpty();
        }
    }

    private String settings(int agents) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < agents; i++) {
            lines.add(
                    "{\"id\": \"a%d\", \"address\": \"unix:///nowhere/%d\", \"config\": {\"key\": \"%s\"}}"
                            .formatted(i, i, plant()));
        }
        return "{\"http\": {\"listen\": [\"tcp://127.0.0.1:0\"]}, \"agents\": ["
                + String.join(",\n", lines)
                + "]}";
    }

    /**
     * Adds headers for a collector from all kinds of sources.
     *
     * @param used gets the secrets that are to arrive there
     */
    private String withTraces(String settings, TestCollector collector, List<String> used)
            throws IOException {
        List<String> headers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            headers.add("\"x-file-%d\": {\"file\": \"%s\"}".formatted(i, secretFile(used)));
            headers.add(
                    "\"x-credential-%d\": {\"credential\": \"%s\"}"
                            .formatted(i, secretFile(used).getFileName()));
            headers.add(
                    "\"x-exec-%d\": {\"exec\": [\"/bin/sh\", \"-c\", \"cat \\\"$0\\\"; cat \\\"$0\\\" >&2\", \"%s\"], \"ttl\": \"1s\"}"
                            .formatted(i, secretFile(used)));
        }
        headers.add("\"x-env\": {\"env\": \"OTLP_KEY\"}");
        return settings.replaceFirst(
                "\\{",
                "{\"traces\": {\"endpoint\": \"%s\", \"headers\": {%s}}, "
                        .formatted(collector.endpoint(), String.join(", ", headers))
                        .replace("\\", "\\\\")
                        .replace("$", "\\$"));
    }

    /** A file that only its owner can read, with a new secret. */
    private Path secretFile(List<String> used) throws IOException {
        String secret = plant();
        used.add(secret);
        Path file = directory.resolve("source-" + used.size());
        OwnerOnly.write(file, UTF_8.encode(secret + "\n"));
        return file;
    }

    /** Another daemon, with a command that prints the secret and fails. */
    private void failingSecret(Path log, TestCollector collector) throws Exception {
        Path secret = secretFile(new ArrayList<>());
        String failing =
                "{\"exec\": [\"/bin/sh\", \"-c\", \"cat \\\"$0\\\"; cat \\\"$0\\\" >&2; exit 7\", \"%s\"]}"
                        .formatted(secret);
        Path other = directory.resolve("other.jsonc");
        Files.writeString(
                other,
                "{\"http\": {\"listen\": [\"tcp://127.0.0.1:0\"]}, \"traces\": {\"endpoint\": \"%s\", \"headers\": {\"x\": %s}}}"
                        .formatted(collector.endpoint(), failing));
        Map<String, String> environment =
                Map.of(
                        "LOG", log.toString(),
                        "CULVERT_LOG_LEVEL", "trace",
                        "CULVERT_STATE_DIR", directory.resolve("other-state").toString());
        try (DaemonProcess second = start(environment, "serve", other)) {
            URI daemon = URI.create(second.after("listening on "));
            send(request(daemon, "/api/v1/agents", ""));
            Eventually.await(() -> assertThat(text(log)).contains("ended with 7"));
            send(request(daemon, "/metrics", ""));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** With its standard error, which has the log, in the file that LOG names. */
    private static DaemonProcess start(Map<String, String> environment, String verb, Path file)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$0\" \"$@\" 2>>\"$LOG\""));
        command.addAll(DaemonProcess.command(List.of(), verb, "--config", file.toString()));
        return DaemonProcess.start(environment, command);
    }

    /** The admin's, of many. */
    private String tokens(URI daemon, int count) throws Exception {
        String admin = "";
        for (int i = 0; i < count; i++) {
            HttpResponse<String> made =
                    client.send(
                            request(daemon, "/api/v1/tokens", admin)
                                    .POST(
                                            BodyPublishers.ofString(
                                                    "{\"name\":\"n%d\",\"roles\":[\"admin\"]}"
                                                            .formatted(i)))
                                    .build(),
                            BodyHandlers.ofString());
            Matcher token = TOKEN.matcher(made.body());
            assertThat(token.find()).as(made.body()).isTrue();
            planted.add(token.group(2));
            admin = token.group(1);
        }
        return admin;
    }

    private static HttpRequest.Builder request(URI daemon, String path, String token) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(daemon.resolve(path));
        return token.isEmpty() ? builder : builder.header("authorization", "Bearer " + token);
    }

    private void send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        seen.append(answer.headers().map()).append(answer.body()).append('\n');
    }

    private void wrongCredentials(URI daemon, String admin, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            send(request(daemon, "/api/v1/agents", plant()));
            send(request(daemon, "/api/v1/agents", "cvt_0123456789ab_" + plant()));
            send(request(daemon, "/metrics", "").header("x-api-key", plant()));
            send(request(daemon, "/metrics", "").header("authorization", "Basic " + plant()));
            send(request(daemon, "/api/v1/agents?access_token=" + plant(), admin));
            send(request(daemon, "/api/v1/agents/a0?x=cvt_" + plant(), admin));
            send(request(daemon, "/api/v1/agents", admin).header("cookie", "s=" + plant()));
        }
    }

    private void malformedRequests(URI daemon, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String host = "Host: localhost\r\n";
            raw(daemon, "GET /livez HTTP/1.1\r\n" + host + "Authorization Bearer " + plant());
            raw(
                    daemon,
                    "GET /livez HTTP/1.1\r\n" + host + "Authorization: Bearer \u0001" + plant());
            raw(daemon, "GET /livez?token=" + plant() + " HTTP/7.7\r\n" + host);
            raw(daemon, plant() + "\r\n");
            raw(daemon, "GET /livez HTTP/1.1\r\nHost: a b\r\nX-Api-Key: " + plant() + "\r\n");
        }
    }

    private void raw(URI daemon, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), daemon.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(ISO_8859_1));
            seen.append(new String(socket.getInputStream().readAllBytes(), UTF_8)).append('\n');
        }
    }

    private void configurations(URI daemon, String admin, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String whole = "{\"config\":{\"key\":\"" + plant() + "\"}}";
            String path = "/api/v1/agents/a" + i + "/config";
            send(put(daemon, path, admin, whole.substring(0, whole.length() - 1 - i % 3)));
            send(put(daemon, "/api/v1/agents/a" + i + "/config", admin, whole));
            send(put(daemon, path, admin, "{\"config\":\"" + plant() + "\"}"));
            send(
                    request(daemon, "/api/v1/operations/agents.configure", admin)
                            .header("content-type", "application/json")
                            .POST(
                                    BodyPublishers.ofString(
                                            "{\"id\":\"a%d\",\"config\":{\"key\":\"%s\"}%s}"
                                                    .formatted(
                                                            i,
                                                            plant(),
                                                            i % 2 == 0
                                                                    ? ""
                                                                    : ",\"tool_allowlist\":null"))));
        }
    }

    private static HttpRequest.Builder put(URI daemon, String path, String token, String body) {
        return request(daemon, path, token)
                .header("content-type", "application/json")
                .PUT(BodyPublishers.ofString(body));
    }

    /** What an operator may write by mistake; each is refused, and the log says why. */
    private void brokenSettings(DaemonProcess process, Path file, Path log, int count)
            throws Exception {
        for (int i = 0; i < count; i++) {
            String broken =
                    switch (i % 4) {
                        case 0 -> "{\"agents\": [{\"id\": \"a\", \"cid\": 3, \"config\": \"%s\"}]}";
                        case 1 -> "{\"agents\": [{\"id\": \"a\", \"cid\": 3, \"config\": %s}]}";
                        case 2 -> "{\"agents\": [{\"config\": {\"key\": \"%s\" \"x\"}}]}";
                        default -> "{\"agents\": [{\"config\": {\"key\": '%s'}}]}";
                    };
            Files.writeString(file, broken.formatted(plant()));
            int before = refusals(log);
            process.signal("HUP");
            Eventually.await(() -> assertThat(refusals(log)).isGreaterThan(before));
        }
    }

    private static int refusals(Path log) {
        try {
            return Files.readString(log).split("the settings were not reloaded", -1).length;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void answers(URI daemon, String admin) throws Exception {
        for (String path :
                List.of(
                        "/metrics",
                        "/healthz",
                        "/api/v1/agents",
                        "/api/v1/agents/a0",
                        "/api/v1/agents/a0/turns",
                        "/api/v1/turns",
                        "/api/v1/operations",
                        "/api/v1/operations/runs?limit=1000",
                        "/api/v1/tokens")) {
            send(request(daemon, path, admin));
        }
    }

    private void printed(Map<String, String> environment, Path file) throws Exception {
        for (List<String> verb :
                List.of(
                        List.of("config", "validate", file.toString()),
                        List.of("serve", "--print-config", "--config", file.toString()))) {
            ProcessBuilder builder =
                    new ProcessBuilder(
                            DaemonProcess.command(List.of(), verb.toArray(String[]::new)));
            builder.environment().putAll(environment);
            Process process = builder.redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            seen.append(output);
            assertThat(process.waitFor()).as(output).isZero();
        }
    }

    private void bugreport(URI daemon, String admin, Path log) throws Exception {
        Path archive = directory.resolve("report.zip");
        Path file = directory.resolve("report.jsonc");
        String headers =
                "\"traces\": {\"headers\": {\"x-team\": \"%s\", \"key\": {\"env\": \"K\"}}}, \"agents\""
                        .formatted(plant());
        Files.writeString(file, settings(5).replace("\"agents\"", headers));
        CommandRun run =
                new CommandRun.User(directory)
                        .with("CULVERT_TOKEN", admin)
                        .run(
                                "bugreport",
                                "--url",
                                daemon.toString(),
                                "--config",
                                file.toString(),
                                "--log-file",
                                log.toString(),
                                "--file",
                                archive.toString());
        assertThat(run.code()).as(run.err()).isZero();
        seen.append(run.out()).append(run.err());
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            while (zip.getNextEntry() != null) {
                seen.append(new String(zip.readAllBytes(), UTF_8));
            }
        }
        assertThat(seen)
                .contains("the settings file, without its comments", "\"headers\": \"[redacted");
    }
}
