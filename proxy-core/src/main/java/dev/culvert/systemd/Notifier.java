package dev.culvert.systemd;

import java.time.Duration;
import java.util.function.Supplier;

/** Who is told how this process is. May be called on any thread, and never waits. */
public interface Notifier {
    /**
     * It does its work from now on, and heeds signals.
     *
     * @param status one line on how it is; asked for every few seconds, on an event loop
     */
    void ready(Supplier<String> status);

    /** It reads its settings again, and is not ready for it until {@link #reloaded}. */
    void reloading();

    void reloaded();

    /**
     * It stops.
     *
     * @param patience how long it may take at the most
     */
    void stopping(Duration patience);
}
