package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Output;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** What Ctrl-C does during a turn: cancels it, and says how long that took. */
/* The signal comes on a thread of its own, while the verb's thread reads the stream, which then
 * ends with an error or because it is closed here. */
final class Cancellation {
    private final Api api;
    private final Output output;
    private final Supplier<String> turn;
    private final Closeable stream;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * @param turn its id, empty while it is not known
     * @param stream closed if the turn is not known
     */
    Cancellation(Api api, Output output, Supplier<String> turn, Closeable stream) {
        this.api = api;
        this.output = output;
        this.turn = turn;
        this.stream = stream;
    }

    /** Cancels the turn; again, it ends the process at once. */
    void cancel() {
        if (!begun.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        long before = System.nanoTime();
        try {
            String id = turn.get();
            if (id.isEmpty()) {
                stream.close();
                output.note("stopped before the turn began");
                return;
            }
            api.ask(Request.delete("/api/v1/turns/" + id));
            output.note(
                    "cancelled: the agent stopped within "
                            + Ages.precise(Duration.ofNanos(System.nanoTime() - before)));
        } catch (IOException e) {
            output.note("the turn could not be cancelled: " + e.getMessage());
        } finally {
            over.countDown();
            close();
        }
    }

    private void close() {
        try {
            stream.close();
        } catch (IOException _) {
            // nothing is left to be closed
        }
    }

    /** Whether it was cancelled; if it is being cancelled, waits for the end of that. */
    boolean happened() {
        if (!begun.get()) {
            return false;
        }
        try {
            over.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return true;
    }
}
