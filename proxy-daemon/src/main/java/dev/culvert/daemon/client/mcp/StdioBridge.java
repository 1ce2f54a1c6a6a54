package dev.culvert.daemon.client.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Carries messages between a program that started this one and the daemon: one a line. A request
 * that is cancelled ends its connection, which stops the agent's work.
 */
public final class StdioBridge {
    private static final int PARSE_ERROR = -32700;
    private static final int INTERNAL_ERROR = -32603;

    /** After the program has closed stdin, what it asked for may still come. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Answering server;
    private final InputStream in;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Map<String, Exchange> running = new ConcurrentHashMap<>();

    public StdioBridge(Answering server, InputStream in, PrintWriter out, PrintWriter err) {
        this.server = server;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Carries messages until stdin ends. */
    public void run() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    take(line, threads);
                }
            }
            threads.shutdown();
            if (!threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                running.values().forEach(Exchange::cancel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.values().forEach(Exchange::cancel);
            threads.close();
        }
    }

    private void take(String line, ExecutorService threads) {
        Value message;
        try {
            message = Value.parse(line);
        } catch (BadValueException e) {
            write(error(Value.nothing(), PARSE_ERROR, "The line is not JSON: " + e.getMessage()));
            return;
        }
        if (message.text("method").equals("notifications/cancelled")) {
            Exchange cancelled = running.get(message.at("params", "requestId").json());
            if (cancelled != null) {
                cancelled.cancel();
            }
            return;
        }
        Exchange exchange = new Exchange(message);
        if (exchange.isRequest()) {
            running.put(exchange.key(), exchange);
        }
        threads.execute(exchange);
    }

    private static Value error(Value id, int code, String sentence) {
        return Value.members(
                "jsonrpc",
                "2.0",
                "id",
                id,
                "error",
                Value.members("code", code, "message", sentence));
    }

    private void write(Value message) {
        synchronized (out) {
            out.println(message.json());
            out.flush();
        }
    }

    /** One message and what comes back. */
    private final class Exchange implements Runnable {
        private final Value message;
        private volatile boolean cancelled;
        private volatile boolean answered;
        private volatile Closeable connection = () -> {};

        private Exchange(Value message) {
            this.message = message;
        }

        /** Not a notification, and no answer to a question of ours: those have no answer. */
        boolean isRequest() {
            return !message.at("id").isNothing() && !message.text("method").isEmpty();
        }

        String key() {
            return message.at("id").json();
        }

        @Override
        public void run() {
            try {
                server.send(message, this::opened, this::pass);
                if (isRequest() && !answered) {
                    fail("the stream ended without an answer");
                }
            } catch (IOException e) {
                fail(Quoted.message(e));
            } finally {
                running.remove(key(), this);
            }
        }

        private void opened(Closeable begun) {
            connection = begun;
            if (cancelled) {
                close();
            }
        }

        private void pass(Value back) {
            if (!cancelled) {
                answered |= back.text("method").isEmpty();
                write(back);
            }
        }

        /** After an answer, a connection may break off. */
        private void fail(String why) {
            if (cancelled || answered) {
                return;
            }
            err.println("culvert: " + why);
            err.flush();
            if (!isRequest()) {
                return;
            }
            write(error(message.at("id"), INTERNAL_ERROR, "The daemon did not answer: " + why));
        }

        void cancel() {
            cancelled = true;
            close();
        }

        private void close() {
            try {
                connection.close();
            } catch (IOException e) {
                err.println("culvert: " + Quoted.message(e));
                err.flush();
            }
        }
    }
}
