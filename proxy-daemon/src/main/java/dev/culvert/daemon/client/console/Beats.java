package dev.culvert.daemon.client.console;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks every few seconds how the daemon is, for the status line. Safe for all threads. */
final class Beats {
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private final Pulse pulse;
    private final Runnable onChange;
    private volatile Pulse.@Nullable Beat beat;
    private volatile boolean asked;
    private volatile boolean closed;

    /**
     * @param onChange runs on the thread that asks
     */
    Beats(Pulse pulse, Runnable onChange) {
        this.pulse = pulse;
        this.onChange = onChange;
    }

    /** Asks until it is closed or its thread is interrupted. */
    void follow() {
        while (!closed) {
            Pulse.Beat before = beat;
            try {
                beat = pulse.beat();
            } catch (IOException _) {
                beat = null;
            }
            boolean isFirst = !asked;
            asked = true;
            if (isFirst || !Objects.equals(before, beat)) {
                onChange.run();
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    void close() {
        closed = true;
    }

    /** The daemon, and how many of its agents are ready. */
    String daemon() {
        Pulse.Beat now = beat;
        if (now == null) {
            return asked ? "○ no daemon answers" : "◌ asking the daemon";
        }
        return "● %s · %d of %d %s ready"
                .formatted(
                        Quoted.page(now.daemon()),
                        now.ready(),
                        now.agents(),
                        now.agents() == 1 ? "agent" : "agents");
    }

    /** How many turns run there, as far as that is known. */
    long running() {
        Pulse.Beat now = beat;
        return now == null ? 0 : now.running();
    }
}
