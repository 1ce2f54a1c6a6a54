package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
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
              "admin": {"listen": ["unix://ADMIN_SOCKET"]},
              "event_loops": 1,
              "timeouts": {"drain": "100ms"},
              "home": {"backoff_min": "10ms", "backoff_max": "50ms"},
              "pool": {"dial_pause": "1ms"},
            }
            """;

    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path adminSocket =
            Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "culvert-%d-%d.sock"
                            .formatted(ProcessHandle.current().pid(), STARTED.incrementAndGet()));
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

    private Settings<DaemonSettings> read() throws BadSettingsException {
        return Settings.read(
                List.of(
                        Layer.text("test", settings),
                        Layer.text("quick", QUICK.replace("ADMIN_SOCKET", adminSocket.toString()))),
                DaemonSettings::read);
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

    /** What an operator is answered. */
    record AdminAnswer(int statusCode, String head, String body) {}

    AdminAnswer reload() throws IOException {
        return admin("POST", "/api/v1/admin/reload", "");
    }

    /** Asks over the admin socket. */
    AdminAnswer admin(String method, String path, String body) throws IOException {
        return ask(adminSocket, method, path, body);
    }

    /** Asks over any Unix socket, once on a connection. */
    static AdminAnswer ask(Path socket, String method, String path, String body)
            throws IOException {
        String request =
                "%s %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
                        .formatted(method, path, body.length(), body);
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            client.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
            String[] parts =
                    new String(Channels.newInputStream(client).readAllBytes(), UTF_8)
                            .split("\r\n\r\n", 2);
            return new AdminAnswer(Integer.parseInt(parts[0].substring(9, 12)), parts[0], parts[1]);
        }
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

    void awaitAdmin(String path, String text) {
        Eventually.await(() ->
                Assertions.assertThat(unchecked(() -> admin("GET", path, "").body()))
                        .contains(text));
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
