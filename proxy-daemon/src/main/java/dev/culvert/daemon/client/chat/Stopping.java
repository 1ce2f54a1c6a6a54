package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.TurnStream;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Stops what goes on, and measures how long that takes. Safe for all threads. */
final class Stopping {
    private final Api api;
    private @Nullable TurnStream running;
    private boolean asked;
    private boolean over;
    private String told = "";

    /** When it was asked for while no turn ran, but maybe a tool; 0 if a turn ran. */
    private long askedNanos;

    Stopping(Api api) {
        this.api = api;
    }

    /** A new message: nothing is stopped yet. */
    synchronized void begin() {
        asked = false;
        over = false;
        told = "";
        askedNanos = 0;
        running = null;
    }

    /** A turn begins; false if everything is to stop. */
    synchronized boolean begin(TurnStream turn) {
        running = turn;
        return !asked;
    }

    /** The turn is over; a tool may run, and it looks at {@link #isAsked}. */
    synchronized void end() {
        running = null;
    }

    /** Whether the user wants everything to stop. */
    synchronized boolean isAsked() {
        return asked;
    }

    /** Stops everything, once; returns when the agent has stopped. */
    void stop() {
        TurnStream turn;
        synchronized (this) {
            if (asked) {
                return;
            }
            asked = true;
            turn = running;
            if (turn == null) { // who waits for the tool knows when it has stopped
                askedNanos = System.nanoTime();
                over = true;
                return;
            }
        }
        String sentence = stop(turn);
        synchronized (this) {
            told = sentence;
            over = true;
            notifyAll();
        }
    }

    private String stop(TurnStream turn) {
        long before = System.nanoTime();
        try (turn) {
            String id = turn.turn();
            if (id.isEmpty()) {
                return "stopped before the turn began";
            }
            api.ask(Request.delete("/api/v1/turns/" + Request.segment(id)));
            return took(before);
        } catch (IOException e) {
            return "the turn could not be stopped: " + e.getMessage();
        }
    }

    private static String took(long since) {
        return "stopped: it took " + text(Duration.ofNanos(System.nanoTime() - since));
    }

    private static String text(Duration time) {
        return time.toMillis() < 1_000
                ? time.toMillis() + " ms"
                : "%.1f s".formatted(time.toMillis() / 1_000.0);
    }

    /**
     * Waits for the end of a stop that was asked for, and says how it went. If a tool ran here, it
     * has ended before.
     */
    synchronized String sentence() {
        boolean interrupted = false;
        while (asked && !over) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return asked && told.isEmpty() ? took(askedNanos) : told;
    }
}
