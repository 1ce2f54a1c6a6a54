import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
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
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load of run.sh.
 *
 * <pre>
 *   Streams.java backend WORDS MILLIS       an LLM server that streams so many words, one each MILLIS
 *   Streams.java load URL PATH STREAMS WORDS DIR
 * </pre>
 *
 * The load opens all streams at once, and makes the file DIR/started once each has its first word.
 * From then until all have ended it also connects anew every 20 ms. It prints how many connections
 * were refused, how many streams broke off, and how many were lost: they never got all their words,
 * each exactly once. A client continues a stream that broke off if the server gave it an id, as
 * EventSource does, and otherwise has no way to.
 */
public final class Streams {
    private static final Pattern WORD = Pattern.compile("\\bw(\\d+)\\b");
    private static final int RETRIES = 100;
    private static final long RETRY_MILLIS = 200;
    private static final long PROBE_MILLIS = 20;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;
    private final String path;
    private final int words;
    private final CountDownLatch started;
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger probes = new AtomicInteger();
    private volatile boolean over;

    private Streams(URI base, String path, int streams, int words) {
        this.base = base;
        this.path = path;
        this.words = words;
        started = new CountDownLatch(streams);
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "backend" -> backend(Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
            case "load" -> {
                int streams = Integer.parseInt(arguments[3]);
                int words = Integer.parseInt(arguments[4]);
                new Streams(URI.create(arguments[1]), arguments[2], streams, words)
                        .load(streams, Path.of(arguments[5]));
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void backend(int words, long millis) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, words, millis));
        server.start();
        System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** In the shape of OpenAI's chat completions. */
    private static void answer(HttpExchange exchange, int words, long millis) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int word = 1; word <= words; word++) {
                String choice = "{\"index\":0,\"delta\":{\"content\":\"w" + word + " \"}}";
                out.write(("data: {\"choices\":[" + choice + "]}\n\n").getBytes());
                out.flush();
                Thread.sleep(millis);
            }
            out.write("data: [DONE]\n\n".getBytes());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private void load(int streams, Path directory) throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            threads.add(Thread.ofVirtual().start(this::stream));
        }
        started.await();
        Files.createFile(directory.resolve("started"));
        Thread probe = Thread.ofVirtual().start(this::probe);
        for (Thread thread : threads) {
            thread.join();
        }
        over = true;
        probe.join();
        System.out.printf(
                "streams=%d broken=%d lost=%d connections=%d refused=%d%n",
                streams, broken.get(), lost.get(), probes.get(), refused.get());
        System.exit(0);
    }

    private void probe() {
        while (!over) {
            probes.incrementAndGet();
            try (Socket socket = new Socket(base.getHost(), base.getPort())) {
                pause(PROBE_MILLIS);
            } catch (IOException e) {
                refused.incrementAndGet();
                pause(PROBE_MILLIS);
            }
        }
    }

    /** One client, until its answer is complete or cannot be. */
    private void stream() {
        ConcurrentHashMap.KeySetView<Integer, Boolean> got = ConcurrentHashMap.newKeySet();
        Reading reading = new Reading(got);
        boolean complete = false;
        boolean broke = false;
        for (int retry = 0; retry < RETRIES && !complete; retry++) {
            try {
                complete = reading.read();
            } catch (IOException e) {
                // Breaks off below.
            } catch (InterruptedException e) {
                return;
            }
            broke |= !complete;
            if (!complete && reading.last.isEmpty()) {
                break; // nobody has told this client how to continue
            }
            if (!complete) {
                pause(RETRY_MILLIS);
            }
        }
        if (broke) {
            broken.incrementAndGet();
        }
        if (!complete || reading.repeated || got.size() != words) {
            lost.incrementAndGet();
            System.err.printf(
                    "lost: complete=%b repeated=%b words=%d; %s%n",
                    complete, reading.repeated, got.size(), reading.answered);
        }
        reading.begin();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What one client has received. */
    private final class Reading {
        private final ConcurrentHashMap.KeySetView<Integer, Boolean> got;
        private String last = "";
        private String answered = "";
        private boolean repeated;
        private boolean hasBegun;

        private Reading(ConcurrentHashMap.KeySetView<Integer, Boolean> got) {
            this.got = got;
        }

        private void begin() {
            if (!hasBegun) {
                hasBegun = true;
                started.countDown();
            }
        }

        /** One connection; whether the answer is complete. */
        private boolean read() throws IOException, InterruptedException {
            HttpResponse<java.io.InputStream> response =
                    client.send(request(), BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body()))) {
                if (response.statusCode() == 204) {
                    return true;
                }
                if (response.statusCode() != 200) {
                    answered = lines.readLine();
                    return false;
                }
                String id = last;
                String event = "";
                String data = "";
                for (String line; (line = lines.readLine()) != null; ) {
                    if (line.isEmpty()) {
                        words(data);
                        data = "";
                        last = id;
                        if (event.equals("done")) {
                            return true;
                        }
                        event = "";
                    } else if (line.startsWith("id: ")) {
                        id = line.substring(4);
                    } else if (line.startsWith("event: ")) {
                        event = line.substring(7);
                        answered = event;
                    } else if (line.equals("data: [DONE]")) {
                        return true;
                    } else if (line.startsWith("data: ")) {
                        data = line;
                    }
                }
                return false;
            }
        }

        /** Those of a whole event; the daemon may join several in one. */
        private void words(String data) {
            Matcher word = WORD.matcher(data);
            while (word.find()) {
                repeated |= !got.add(Integer.valueOf(word.group(1)));
                begin();
            }
        }

        private HttpRequest request() {
            if (last.isEmpty()) {
                String message = "{\"role\":\"user\",\"content\":\"go\"}";
                String body =
                        path.startsWith("/api/")
                                ? message
                                : "{\"stream\":true,\"messages\":[" + message + "]}";
                return HttpRequest.newBuilder(base.resolve(path))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
            }
            int colon = last.lastIndexOf(':');
            String resumed =
                    "/api/v1/turns/%s/stream?after=%s"
                            .formatted(last.substring(0, colon), last.substring(colon + 1));
            return HttpRequest.newBuilder(base.resolve(resumed)).build();
        }
    }
}
