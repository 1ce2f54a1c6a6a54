package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A daemon and an agent with tools, each a process that a test may kill and start again, and a
 * scripted runtime. Both keep their state in {@code folder}.
 */
final class ProcessPair implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final Path folder;
    private final Path work;
    private final HttpServer runtime;
    private DaemonProcess agent;
    private DaemonProcess daemon;
    private String url = "";
    private int generation;

    /**
     * Waits until the agent is ready.
     *
     * @param policy of the agent's tools
     * @param model answers the agent's requests for completions; its requests run side by side
     */
    static ProcessPair start(Path folder, String policy, HttpHandler model) throws IOException {
        ProcessPair pair = new ProcessPair(folder, policy, model);
        pair.awaitReady();
        return pair;
    }

    private ProcessPair(Path folder, String policy, HttpHandler model) throws IOException {
        this.folder = folder;
        work = Files.createDirectory(folder.resolve("work"));
        Files.writeString(folder.resolve("policy.jsonc"), policy);
        Files.writeString(folder.resolve("generation"), "g0");
        Files.writeString(
                folder.resolve("culvertd.jsonc"),
                """
                {"state_dir": "%s", "pool": {"dial_pause": "1ms"},
                 "home": {"backoff_min": "50ms", "backoff_max": "200ms"},
                 "agents": [{"id": "a", "address": "unix://%s"}]}\
                """
                        .formatted(folder.resolve("state"), folder.resolve("agent.sock")));
        runtime = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runtime.setExecutor(workers);
        runtime.createContext("/v1/chat/completions", model);
        runtime.start();
        agent = agent();
        daemon = daemon();
        agent.after("listening on ");
        url = daemon.after("listening on ");
    }

    private DaemonProcess agent() throws IOException {
        return DaemonProcess.start(
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.culvert.guest.cli.CulvertAgent",
                        "--listen",
                        "unix://" + folder.resolve("agent.sock"),
                        "--runtime",
                        "http://127.0.0.1:" + runtime.getAddress().getPort(),
                        "--state-dir",
                        folder.resolve("agent").toString(),
                        "--vm-generation-file",
                        folder.resolve("generation").toString(),
                        "--tools-dir",
                        work.toString(),
                        "--tools-policy",
                        folder.resolve("policy.jsonc").toString(),
                        "--tool-commands",
                        "confined"));
    }

    private DaemonProcess daemon() throws IOException {
        return DaemonProcess.start(
                "serve",
                "--config",
                folder.resolve("culvertd.jsonc").toString(),
                "--http",
                "tcp://127.0.0.1:0");
    }

    /** Where the tools work. */
    Path work() {
        return work;
    }

    /** Ends the daemon with {@code kill -9}. */
    void killDaemon() {
        daemon.close();
    }

    /** Starts a daemon that has the state of the one before it, and waits for the agent. */
    void startDaemon() throws IOException {
        daemon = daemon();
        url = daemon.after("listening on ");
        awaitReady();
    }

    /**
     * Ends the agent, and not what it started, with {@code kill -9}, and waits until the daemon has
     * noticed.
     */
    void killAgent() throws Exception {
        agent.signal("KILL");
        agent.exitCode();
        Eventually.await(() ->
                assertThat(get("/api/v1/agents/a").body()).doesNotContain("\"state\":\"ready\""));
    }

    void signalAgent(String name) throws Exception {
        agent.signal(name);
    }

    /**
     * What the agent sees of a snapshot of its machine that is restored: it is quiesced, stands
     * still, and goes on in another generation. Waits until it has gone on.
     */
    void snapshotAndRestoreAgent() throws Exception {
        HttpResponse<String> quiesced = post("/api/v1/agents/a/quiesce?wait_secs=0", "{}");
        assertThat(quiesced.statusCode()).as(quiesced.body()).isEqualTo(200);
        agent.signal("STOP");
        changeGeneration();
        agent.signal("CONT");
        awaitReady();
    }

    /** From now on, the machine of the agent is another copy. */
    void changeGeneration() throws IOException {
        Path fresh = folder.resolve("generation.new");
        Files.writeString(fresh, "g" + ++generation);
        Files.move(fresh, folder.resolve("generation"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Where the agent keeps what survives its process. */
    Path stateOfAgent() {
        return folder.resolve("agent");
    }

    /** Starts an agent that has the state of the one before it, and waits for it. */
    void startAgent() throws IOException {
        agent = agent();
        agent.after("listening on ");
        awaitReady();
    }

    /** Starts both again, after both were killed. */
    void startAgentAndDaemon() throws IOException {
        agent = agent();
        startDaemon();
    }

    private void awaitReady() {
        Eventually.await(
                () -> assertThat(get("/api/v1/agents/a").body()).contains("\"state\":\"ready\""));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path));
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> get(String path) {
        return send(request(path).build());
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    HttpResponse<String> delete(String path) {
        return send(request(path).DELETE().build());
    }

    /** Posts {@code body}, and reads the events that answer it one by one. */
    EventReader stream(String path, String body) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                http.send(
                        request(path).POST(BodyPublishers.ofString(body)).build(),
                        BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError(new String(response.body().readAllBytes(), UTF_8));
        }
        return new EventReader(response);
    }

    /** What a turn says after one of its events. */
    String after(String turn, int event) {
        return get("/api/v1/turns/%s/stream?after=%d".formatted(turn, event)).body();
    }

    /** Sends chunks of a completion, each of which is one delta, in a stream that goes on. */
    static void say(HttpExchange exchange, String... deltas) throws IOException {
        if (exchange.getResponseCode() < 0) {
            exchange.getResponseHeaders().add("content-type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
        }
        for (String delta : deltas) {
            write(exchange, "{\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}");
        }
    }

    /** Sends the last chunk of a completion. */
    static void end(HttpExchange exchange, String reason) throws IOException {
        write(
                exchange,
                "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}");
        write(exchange, "[DONE]");
        exchange.close();
    }

    private static void write(HttpExchange exchange, String event) throws IOException {
        exchange.getResponseBody().write(("data: " + event + "\n\n").getBytes(UTF_8));
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        daemon.close();
        agent.close();
        runtime.stop(0);
        workers.shutdownNow();
        http.shutdownNow();
    }
}
