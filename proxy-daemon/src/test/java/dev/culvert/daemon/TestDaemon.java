package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoublePredicate;
import org.assertj.core.api.Assertions;

/** A whole daemon in this process, and a stock client of it. */
final class TestDaemon implements AutoCloseable {
    static final String MESSAGE = "{\"role\":\"user\",\"content\":\"hi\"}";

    /** Short enough for tests, and what a test says itself counts more. */
    private static final String QUICK =
            """
            {
              "http": {"listen": ["tcp://127.0.0.1:0"]},
              "event_loops": 1,
              "timeouts": {"drain": "100ms"},
              "home": {"backoff_min": "10ms", "backoff_max": "50ms"},
              "pool": {"dial_pause": "1ms"},
            }
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Daemon daemon;
    private volatile String settings;

    private TestDaemon(String settings) throws IOException, BadSettingsException {
        this.settings = settings;
        daemon = Daemon.start(read(), this::read, Systemd.ABSENT);
    }

    /**
     * @param settings as in a file; what they leave out is as quick as tests need it
     */
    static TestDaemon start(String settings) throws IOException, BadSettingsException {
        return new TestDaemon(settings);
    }

    /** Knows these guests as {@code a}, {@code b} and so on, and each of them is ready. */
    static TestDaemon with(ScriptedGuest... guests) throws IOException, BadSettingsException {
        return with("", guests);
    }

    /**
     * @param more settings, each with a comma behind it
     */
    static TestDaemon with(String more, ScriptedGuest... guests)
            throws IOException, BadSettingsException {
        TestDaemon daemon = start("{" + more + agents(guests) + "}");
        for (int i = 0; i < guests.length; i++) {
            daemon.awaitState(name(i), "ready");
        }
        return daemon;
    }

    /** The setting that names these guests. */
    static String agents(ScriptedGuest... guests) {
        StringBuilder text = new StringBuilder("\"agents\": [");
        for (int i = 0; i < guests.length; i++) {
            text.append(
                    "{\"id\": \"%s\", \"address\": \"%s\"},"
                            .formatted(name(i), guests[i].address()));
        }
        return text.append("],").toString();
    }

    private static String name(int index) {
        return String.valueOf((char) ('a' + index));
    }

    private DaemonSettings read() throws BadSettingsException {
        return Settings.read(
                        List.of(Layer.text("test", settings), Layer.text("quick", QUICK)),
                        DaemonSettings::read)
                .value();
    }

    Daemon daemon() {
        return daemon;
    }

    /** What the next reload reads. */
    void write(String next) {
        settings = next;
    }

    int port() {
        return ((AgentAddress.Tcp) daemon.addresses().getFirst()).port();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
        return socket;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send("PUT", path, body);
    }

    /** Does not wait for the answer. */
    CompletableFuture<HttpResponse<String>> begin(
            String method, String path, String body, String... headers) {
        return client.sendAsync(request(method, path, body, headers), BodyHandlers.ofString());
    }

    /** Streams an answer of agent {@code a}. */
    EventReader stream() throws IOException, InterruptedException {
        return stream("POST", "/api/v1/agents/a/stream", MESSAGE);
    }

    /**
     * @param headers names and values by turns
     */
    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return client.send(request(method, path, body, headers), BodyHandlers.ofString());
    }

    /** Waits for the head only; headers as {@link #send} takes them. */
    EventReader stream(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return new EventReader(
                client.send(request(method, path, body, headers), BodyHandlers.ofInputStream()));
    }

    private HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return builder.timeout(PATIENCE)
                .method(
                        method,
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
    }

    /** One sample of a scrape, with its labels as they stand there. */
    double metric(String sample) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no sample " + sample));
    }

    void awaitMetric(String sample, double value) {
        Eventually.await(
                () -> Assertions.assertThat(unchecked(() -> metric(sample))).isEqualTo(value));
    }

    void awaitMetric(String sample, DoublePredicate expected) {
        Eventually.await(() ->
                Assertions.assertThat(unchecked(() -> metric(sample)))
                        .matches(expected::test, sample));
    }

    void awaitState(String agent, String state) {
        awaitAgent(agent, "\"state\":\"" + state + "\"");
    }

    /** Waits until what is shown of the agent has this in it. */
    void awaitAgent(String agent, String text) {
        Eventually.await(() ->
                Assertions.assertThat(unchecked(() -> get("/api/v1/agents/" + agent).body()))
                        .contains(text));
    }

    void awaitBody(String path, String text) {
        Eventually.await(
                () -> Assertions.assertThat(unchecked(() -> get(path).body())).contains(text));
    }

    private interface Call<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T unchecked(Call<T> call) {
        try {
            return call.run();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        daemon.close();
    }
}
