package dev.culvert.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Clients of the fronts that send whole conversations, and what the daemon holds meanwhile. */
final class Conversations {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern HELD =
            Pattern.compile("(?m)^culvert_held_bytes\\{[^}]*} ([0-9.E]+)$");
    private static final Pattern LIMIT =
            Pattern.compile("(?m)^culvert_held_limit_bytes ([0-9.E]+)$");

    private final Act act;
    private final HostileStage stage;
    private final String text;
    private volatile boolean over;
    private double mostHeld;

    /**
     * @param bytes of each conversation
     */
    Conversations(Act act, HostileStage stage, int bytes) {
        this.act = act;
        this.stage = stage;
        text = "x".repeat(bytes);
    }

    /** A request of each front to this agent. */
    private List<byte[]> requests(String agent) {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
        String model = "{\"model\":\"" + agent + "\",";
        return List.of(
                KeptConnection.request("POST", "/v1/chat/completions", model + messages),
                KeptConnection.request("POST", "/v1/messages", model + messages),
                KeptConnection.request(
                        "POST",
                        "/v1/responses",
                        model + "\"store\":false,\"input\":\"" + text + "\"}"));
    }

    /** Asks with each front in turn. */
    Asked.Question question(String agent) {
        List<byte[]> requests = requests(agent);
        AtomicInteger asked = new AtomicInteger();
        return connection -> {
            connection.send(requests.get(asked.getAndIncrement() % requests.size()));
            return connection.answer();
        };
    }

    /** So many clients of each front send a request, and leave after a while. */
    void leave(String agent, int clients, Duration after) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (byte[] request : requests(agent)) {
                for (int i = 0; i < clients; i++) {
                    threads.submit(() -> leave(request, after));
                }
            }
        }
    }

    private void leave(byte[] request, Duration after) {
        try (KeptConnection connection = new KeptConnection(stage.daemon().endpoint(), PATIENCE)) {
            connection.send(request);
            Pause.of(after);
        } catch (IOException e) {
            act.violation("a client cannot connect: %s", e);
        }
    }

    /** Looks at what the daemon holds until {@link #end}. */
    void watch() {
        Thread.ofVirtual()
                .name("account")
                .start(() -> {
                    while (!over) {
                        look();
                        Pause.ofMillis(100);
                    }
                });
    }

    private synchronized double look() {
        String metrics = stage.ask("GET", "/metrics", "");
        double held = sum(HELD, metrics);
        mostHeld = Math.max(mostHeld, held);
        if (held > sum(LIMIT, metrics)) {
            act.violation("%.0f bytes are held, more than the limit", held);
        }
        return held;
    }

    private static double sum(Pattern sample, String metrics) {
        return sample.matcher(metrics)
                .results()
                .map((MatchResult found) -> found.group(1))
                .mapToDouble(Double::parseDouble)
                .sum();
    }

    /** All clients have left: what was held for them must be let go. */
    void end() {
        over = true;
        long end = System.nanoTime() + PATIENCE.dividedBy(3).toNanos();
        double left = look();
        while (left > text.length() / 2.0 && System.nanoTime() < end) {
            Pause.ofMillis(50);
            left = look();
        }
        act.figure("at most %.0f MB held, %.1f MB at the end", mostHeld / 1e6, left / 1e6);
        if (left > text.length() / 2.0) {
            act.violation("%.0f bytes are still held", left);
        }
    }
}
