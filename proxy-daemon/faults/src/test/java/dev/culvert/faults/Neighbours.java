package dev.culvert.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Clients of one honest agent that send the next request after each answer. */
final class Neighbours implements AutoCloseable {
    private static final int CLIENTS = 32;

    private final Endpoint daemon;
    private final byte[] request;
    private final LongAdder answered = new LongAdder();
    private final AtomicInteger failed = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    Neighbours(Endpoint daemon, String agent) {
        this.daemon = daemon;
        request =
                KeptConnection.request(
                        "POST",
                        "/api/v1/agents/" + agent + "/message",
                        "{\"role\":\"user\",\"content\":\"how fast?\"}");
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofPlatform().daemon().name("neighbour").start(this::run));
        }
    }

    private void run() {
        while (!closed) {
            try (KeptConnection connection = new KeptConnection(daemon, Pinger.PATIENCE)) {
                while (!closed) {
                    if (connection.ask(request) == 200) {
                        answered.increment();
                    } else {
                        failed.incrementAndGet();
                    }
                }
            } catch (IOException _) {
                failed.incrementAndGet();
                Pause.ofMillis(10);
            }
        }
    }

    /** Returns the answers a second during this time. */
    double pace(Duration time) {
        long before = answered.sum();
        long start = System.nanoTime();
        Pause.of(time);
        return (answered.sum() - before) * 1e9 / (System.nanoTime() - start);
    }

    int failed() {
        return failed.get();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join(Pinger.PATIENCE.multipliedBy(2));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
