package dev.culvert.systemd;

import java.time.Duration;
import java.util.function.Supplier;

/** Tells the service manager how this process is. Safe for all threads; never waits. */
public interface Notifier {
    /**
     * The process is ready, and heeds signals.
     *
     * @param status gives one line; called every few seconds, on an event loop
     */
    void ready(Supplier<String> status);

    /** The process reads its settings again, until {@link #reloaded}. */
    void reloading();

    void reloaded();

    /**
     * The process stops.
     *
     * @param patience how long that may take
     */
    void stopping(Duration patience);
}
