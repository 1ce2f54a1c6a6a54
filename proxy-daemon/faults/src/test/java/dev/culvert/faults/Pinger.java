package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Repeats one request on one connection and records how long each answer took. */
final class Pinger implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(5);

    /** An answer that takes longer is given up. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * One request.
     *
     * @param answered whether the answer was a 200
     * @param waitedNanos how long an event loop waited for a CPU meanwhile
     */
    record Sample(long beganNanos, long endedNanos, boolean answered, long waitedNanos) {
        long tookNanos() {
            return endedNanos - beganNanos;
        }

        boolean overlaps(long fromNanos, long toNanos) {
            return beganNanos - toNanos < 0 && endedNanos - fromNanos > 0;
        }
    }

    private final Endpoint endpoint;
    private final byte[] request;
    private final Supplier<long[]> waits;
    private final List<Sample> samples = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;
    private @Nullable KeptConnection connection;

    /**
     * @param waits of the event loops that answer
     */
    Pinger(Endpoint endpoint, String target, Supplier<long[]> waits) {
        this.endpoint = endpoint;
        this.waits = waits;
        request = KeptConnection.request("GET", target, "");
        thread = Thread.ofPlatform().daemon().name("pinger").start(this::run);
    }

    private void run() {
        while (!closed) {
            long[] before = waits.get();
            long began = System.nanoTime();
            boolean answered = ask();
            long ended = System.nanoTime();
            note(new Sample(began, ended, answered, LoopWaits.most(before, waits.get())));
            Pause.of(INTERVAL);
        }
    }

    private boolean ask() {
        try {
            KeptConnection open = connection;
            if (open == null) {
                open = new KeptConnection(endpoint, PATIENCE);
                connection = open;
            }
            return open.ask(request) == 200;
        } catch (IOException _) {
            disconnect();
            return false;
        }
    }

    private void disconnect() {
        try (KeptConnection _ = connection) {
            connection = null;
        } catch (IOException _) {
            // The socket is closed anyway.
        }
    }

    private synchronized void note(Sample sample) {
        samples.add(sample);
    }

    /** The requests that overlap this period. Waits for answers that are due. */
    List<Sample> samples(long fromNanos, long toNanos) {
        Eventually.await(
                PATIENCE.multipliedBy(3),
                () -> assertThat(lastBegan() - toNanos).as("nanoseconds behind").isPositive());
        synchronized (this) {
            return samples.stream().filter(it -> it.overlaps(fromNanos, toNanos)).toList();
        }
    }

    private synchronized long lastBegan() {
        return samples.isEmpty() ? Long.MIN_VALUE / 2 : samples.getLast().beganNanos();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join(PATIENCE.multipliedBy(3));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        disconnect();
    }
}
