package dev.culvert.faults;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A client on its own thread that takes over a turn while another client reads it. */
final class Rival {
    private final StreamClient client;
    private final FutureTask<Void> reading;

    Rival(StreamClient client) {
        this.client = client;
        reading = new FutureTask<>(client::run, null);
        Thread.ofVirtual().start(reading);
    }

    /** Whether the agent has made this client the reader of the turn before the turn ended. */
    boolean hasTakenOver() {
        return client.hasTakenOver();
    }

    /** Waits until it has read its turn, and throws what it found wrong. */
    void await() {
        try {
            reading.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a rival failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
