package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The daemon as it is shipped, and a stock client of it. */
final class ShippedDaemon implements AutoCloseable {
    /** Longer than a VM takes to boot where the processor is emulated. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Between two looks, for there the processor has better to do. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Shipped process;
    private final URI base;

    private ShippedDaemon(Shipped process) throws IOException {
        this.process = process;
        base = URI.create(process.listening());
    }

    /**
     * Knows one agent, {@code vm}, at {@code address}.
     *
     * @param settings by the names that they have in the environment
     */
    static ShippedDaemon start(String address, Map<String, String> settings) throws IOException {
        return start(settings, "--agent", "vm=" + address);
    }

    /**
     * The same with other flags.
     *
     * @param settings by the names that they have in the environment
     */
    static ShippedDaemon start(Map<String, String> settings, String... flags) throws IOException {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("serve", "--http", "tcp://127.0.0.1:0", "--log-level", "error"));
        all.addAll(List.of(flags));
        return new ShippedDaemon(
                Shipped.start(
                        withoutAdminSocket(settings), Shipped.DAEMON, all.toArray(String[]::new)));
    }

    /** Daemons of several tests would want the same. */
    private static Map<String, String> withoutAdminSocket(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("CULVERT_ADMIN_LISTEN", "[]");
        return all;
    }

    static ShippedDaemon start(String address) throws IOException {
        return start(address, Map.of());
    }

    /** Where it listens. */
    String url() {
        return base.toString();
    }

    Shipped process() {
        return process;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request("GET", path, ""), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request("POST", path, body), BodyHandlers.ofString());
    }

    HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return client.send(request("PUT", path, body), BodyHandlers.ofString());
    }

    /** What comes of these words for the agent, in one piece. */
    String answer(String words) throws IOException, InterruptedException {
        return post("/api/v1/agents/vm/message", message(words)).body();
    }

    /** The same, without waiting for it. */
    CompletableFuture<HttpResponse<String>> begin(String words) {
        HttpRequest request = request("POST", "/api/v1/agents/vm/message", message(words));
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    /** The same as it comes; waits for the head only. */
    EventReader stream(String words) throws IOException, InterruptedException {
        return streamOf(message(words));
    }

    /**
     * The same for a message with more in it than words.
     *
     * @param message a JSON object
     */
    EventReader streamOf(String message) throws IOException, InterruptedException {
        HttpRequest request = request("POST", "/api/v1/agents/vm/stream", message);
        return new EventReader(client.send(request, BodyHandlers.ofInputStream()));
    }

    /**
     * What follows in a turn.
     *
     * @param id of the last event that is known of it
     */
    EventReader comeBack(String id) throws IOException, InterruptedException {
        String path =
                "/api/v1/turns/%s/stream?after=%s"
                        .formatted(id.split(":", 2)[0], id.split(":", 2)[1]);
        return new EventReader(client.send(request("GET", path, ""), BodyHandlers.ofInputStream()));
    }

    /**
     * Stops a turn.
     *
     * @param id of any event of it
     */
    HttpResponse<String> stopTurn(String id) throws IOException, InterruptedException {
        String path = "/api/v1/turns/" + id.split(":", 2)[0];
        return client.send(request("DELETE", path, ""), BodyHandlers.ofString());
    }

    static String message(String words) {
        return "{\"role\":\"user\",\"content\":\"" + words + "\"}";
    }

    private HttpRequest request(String method, String path, String body) {
        BodyPublisher publisher =
                body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return HttpRequest.newBuilder(base.resolve(path))
                .header("content-type", "application/json")
                .timeout(PATIENCE)
                .method(method, publisher)
                .build();
    }

    void awaitState(String agent, String state) {
        awaitAgent(agent, "\"state\":\"" + state + "\"");
    }

    /** Waits until what is shown of the agent has this in it. */
    void awaitAgent(String agent, String text) {
        Eventually.await(PATIENCE, PAUSE, () -> assertThat(shown(agent)).contains(text));
    }

    private String shown(String agent) {
        try {
            return get("/api/v1/agents/" + agent).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        process.close();
    }
}
