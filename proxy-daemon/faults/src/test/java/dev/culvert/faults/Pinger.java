package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the same again and again on one connection, and notes how long each answer took. */
final class Pinger implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(5);

    /** What is silent for so long is not waited for any longer. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * One question.
     *
     * @param answered by a 200
     * @param waitedNanos of this time in which an event loop waited for a CPU
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
     * @param waits of the event loops of whom it asks
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
            // It is closed all the same.
        }
    }

    private synchronized void note(Sample sample) {
        samples.add(sample);
    }

    /** What was asked in this time, in part at least; waits for answers that are due. */
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
