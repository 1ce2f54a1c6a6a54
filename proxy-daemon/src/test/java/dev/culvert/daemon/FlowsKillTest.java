package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.value.Value;
import java.io.IOException;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon that is killed again and again while it runs a flow of 20 steps. Whoever is asked counts
 * what was done: each side effect once, or somebody is asked about the step. {@code
 * -Dflows.kills=200} is the long form, {@code -Dflows.seed=N} gives other moments.
 */
class FlowsKillTest {
    private static final int KILLS = Integer.getInteger("flows.kills", 5);
    private static final long SEED = Long.getLong("flows.seed", 20261130L);
    private static final int STEPS = 20;

    /** One in so many is killed while it starts. */
    private static final int EARLY = 6;

    private static final int MOST_EARLY_MILLIS = 2_000;
    private static final int MOST_REQUESTS = 14;
    private static final int MOST_MICROS = 25_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** What a step does, by its number. */
    private enum Deed {
        /** A request that may not be sent twice. */
        ONCE,

        /** A request with a key, of which its server takes one. */
        KEYED,

        /** A message to an agent. */
        MESSAGE,

        /** A question to a provider that keeps keys. */
        LLM;

        static Deed of(int step) {
            return switch (step % 5) {
                case 0, 1 -> ONCE;
                case 2 -> KEYED;
                case 3 -> MESSAGE;
                default -> LLM;
            };
        }
    }

    /** Does what it is asked, and counts how often it did it. */
    private static final class Counter implements AutoCloseable {
        private static final Pattern DEED = Pattern.compile("m\\d+x/s\\d+");
        private static final String ANSWER =
                "{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"yes\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}";
        private static final String STREAM =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"yes\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

        private final HttpServer server;
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final TreeMap<String, Integer> done = new TreeMap<>();
        private final Set<String> keys = new HashSet<>();
        private int requests;
        private int repeated;

        Counter() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext("/once/", it -> answer(it, Deed.ONCE, "application/json", "{}"));
            server.createContext("/keyed/", it -> answer(it, Deed.KEYED, "application/json", "{}"));
            server.createContext(
                    "/v1/", it -> answer(it, Deed.MESSAGE, "text/event-stream", STREAM));
            server.createContext(
                    "/provider/", it -> answer(it, Deed.LLM, "application/json", ANSWER));
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        private void answer(HttpExchange exchange, Deed deed, String type, String body)
                throws IOException {
            String asked =
                    exchange.getRequestURI()
                            + " "
                            + new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            Matcher found = DEED.matcher(asked);
            if (found.find()) {
                note(found.group(), deed, exchange.getRequestHeaders().getFirst("idempotency-key"));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5 + asked.hashCode() % 5));
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().set("content-type", type);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }

        private synchronized void note(String name, Deed deed, @Nullable String key) {
            boolean isKept = deed == Deed.KEYED || deed == Deed.LLM;
            requests++;
            if (isKept && !keys.add(name + " " + key)) {
                repeated++;
            } else {
                done.merge(name, 1, Integer::sum);
            }
        }

        synchronized int done(String name) {
            return done.getOrDefault(name, 0);
        }

        synchronized int requests() {
            return requests;
        }

        @Override
        public void close() {
            server.stop(0);
            threads.close();
        }
    }

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Random random = new Random(SEED);
    private Counter counter;
    private Guest guest;
    private Path settings;
    private @Nullable String run;
    private int runs;

    /** What it asked about, and what it was told. */
    private final Set<String> told = new HashSet<>();

    @BeforeEach
    void start() throws Exception {
        counter = new Counter();
        String ofGuest =
                "{\"listen\": \"tcp://127.0.0.1:0\", \"runtime\": \"http://127.0.0.1:%d\", \"drain\": \"0s\", \"orphan_grace\": \"60s\"}"
                        .formatted(counter.port());
        guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", ofGuest)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
        settings =
                Files.writeString(
                        directory.resolve("culvertd.jsonc"),
                        """
                        {"state_dir": "%s", "home": {"backoff_min": "10ms"},
                         "providers": [{"name": "openai", "kind": "openai", "url": "http://127.0.0.1:%d/provider/v1", "key": {"env": "PATH"}}],
                         "agents": [{"id": "a", "address": "%s"}]}
                        """
                                .formatted(
                                        directory.resolve("state"),
                                        counter.port(),
                                        guest.address()));
    }

    @AfterEach
    void stop() {
        guest.close();
        counter.close();
        client.close();
    }

    /** Three rows beside each other. */
    private String flow() {
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            String needs = i < 3 ? "" : ", \"needs\": [\"s" + (i - 3) + "\"]";
            steps.add("\"s%d\": {%s%s}".formatted(i, deed(i), needs));
        }
        return "{\"name\": \"f\", \"inputs\": {\"mark\": {\"type\": \"string\"}}, \"steps\": {"
                + String.join(", ", steps)
                + "}}";
    }

    private String deed(int step) {
        String name = "${inputs.mark}/s" + step;
        String post = "\"http\": {\"method\": \"POST\", \"url\": \"http://127.0.0.1:%d/%s/%s\"%s}";
        return switch (Deed.of(step)) {
            case ONCE -> post.formatted(counter.port(), "once", name, "");
            case KEYED -> post.formatted(counter.port(), "keyed", name, ", \"idempotent\": true");
            case MESSAGE -> "\"message\": {\"agent\": \"a\", \"content\": \"" + name + "\"}";
            case LLM ->
                    "\"llm\": {\"provider\": \"openai\", \"model\": \"m\", \"prompt\": \""
                            + name
                            + "\"}";
        };
    }

    private DaemonProcess daemon() throws IOException {
        return DaemonProcess.start(
                "serve", "--config", settings.toString(), "--http", "tcp://127.0.0.1:0");
    }

    private HttpResponse<String> send(String method, String url, String body) {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .method(method, BodyPublishers.ofString(body))
                            .header("content-type", "application/json")
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Value good(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        try {
            return Value.parse(answer.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String name(int step) {
        return "m" + runs + "x/s" + step;
    }

    /** Begins a run if there is none, answers what the run asks about, and judges it at its end. */
    private void look(String url) {
        String path = url + "/api/v1/flow-runs";
        if (run == null) {
            runs++;
            String body =
                    "{\"text\": %s, \"inputs\": {\"mark\": \"m%dx\"}}"
                            .formatted(Value.of(flow()).json(), runs);
            run = good(send("POST", path, body)).text("id");
            return;
        }
        Value view = good(send("GET", path + "/" + run, ""));
        switch (view.text("state")) {
            case "running" -> {}
            case "unknown" -> view.at("unknown").list().forEach(it -> answer(path, it));
            default -> judge(view);
        }
    }

    /** Nobody but whoever counts knows it. */
    private void answer(String path, Value unknown) {
        String step = unknown.json().replace("\"", "");
        int number = Integer.parseInt(step.substring(1));
        assertThat(Deed.of(number)).as("seed %d: %s", SEED, step).isEqualTo(Deed.ONCE);
        boolean wasDone = counter.done(name(number)) > 0;
        HttpResponse<String> answer =
                send(
                        "POST",
                        path + "/" + run + "/resume",
                        "{\"step\": \"%s\", \"as\": \"%s\"%s}"
                                .formatted(
                                        step,
                                        wasDone ? "done" : "again",
                                        wasDone ? ", \"output\": {\"status\": 200}" : ""));
        if (answer.statusCode() != 409) { // it knows what it was told a moment ago
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
            told.add(run + " " + step + (wasDone ? " done" : " again"));
        }
    }

    private void judge(Value view) {
        assertThat(view.text("state")).as("seed %d: %s", SEED, view.json()).isEqualTo("done");
        for (int i = 0; i < STEPS; i++) {
            assertThat(counter.done(name(i))).as("seed %d: %s of %s", SEED, name(i), run).isOne();
        }
        run = null;
    }

    private void await(String url, int requests) {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (counter.requests() < requests) {
            look(url);
            LockSupport.parkNanos(PAUSE_NANOS);
            assertThat(until).as("seed %d: a request", SEED).isGreaterThan(System.nanoTime());
        }
    }

    @Test
    void eachSideEffectIsOnceOrSomebodyIsAsked() throws Exception {
        System.out.printf("flows: %d kills with seed %d%n", KILLS, SEED);
        for (int kill = 0; kill < KILLS; kill++) {
            try (DaemonProcess process = daemon()) {
                if (kill > 0 && random.nextInt(EARLY) == 0) {
                    long millis = random.nextInt(MOST_EARLY_MILLIS);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                } else {
                    String url = process.after("listening on ");
                    await(url, counter.requests() + 1 + random.nextInt(MOST_REQUESTS));
                    LockSupport.parkNanos(
                            TimeUnit.MICROSECONDS.toNanos(random.nextInt(MOST_MICROS)));
                }
                process.signal("KILL");
                assertThat(process.exitCode()).isEqualTo(128 + 9);
            }
        }
        try (DaemonProcess process = daemon()) {
            String url = process.after("listening on ");
            long until = System.nanoTime() + PATIENCE_NANOS;
            while (run != null) {
                look(url);
                LockSupport.parkNanos(PAUSE_NANOS);
                assertThat(until).as("seed %d: the end", SEED).isGreaterThan(System.nanoTime());
            }
        }
        System.out.printf(
                "flows: %d runs of %d steps; each side effect once; %d requests were repeated with their key; of %d steps it was asked, of which %d had not been done%n",
                runs,
                STEPS,
                counter.repeated,
                told.size(),
                told.stream().filter(it -> it.endsWith(" again")).count());
        assertThat(runs).isPositive();
    }
}
