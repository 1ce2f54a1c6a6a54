package dev.culvert.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Counts the answers to requests. Each request must get its answer or an error with a text. */
final class Asked {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Act act;
    private final Question question;
    private final Map<String, Integer> answers = new TreeMap<>();

    /** Sends one request on its own connection and returns the status. */
    interface Question {
        int ask(KeptConnection connection) throws IOException, InterruptedException;
    }

    Asked(Act act, Question question) {
        this.act = act;
        this.question = question;
    }

    /** Sends the request from several clients at the same time. */
    void ask(Endpoint daemon, int clients) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                threads.submit(() -> ask(daemon));
            }
        }
    }

    private void ask(Endpoint daemon) {
        try (KeptConnection connection = new KeptConnection(daemon, PATIENCE)) {
            int status = question.ask(connection);
            if (status >= 300 && words(connection).isEmpty()) {
                act.violation("a status %d without an error text: %s", status, connection.body());
            }
            note(Integer.toString(status));
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            note("none: " + e);
        }
    }

    private static String words(KeptConnection connection) {
        String error = Json.members(connection.body()).getOrDefault("error", "");
        return error.isEmpty() && connection.body().contains("\"message\":\"")
                ? connection.body() // the fronts have it in an object
                : error;
    }

    private synchronized void note(String answer) {
        answers.merge(answer, 1, Integer::sum);
    }

    synchronized void tell() {
        act.figure("answers: %s", answers);
        answers.forEach((answer, count) -> {
            if (answer.startsWith("none")) {
                act.violation("%d requests without an answer: %s", count, answer);
            }
        });
    }
}
