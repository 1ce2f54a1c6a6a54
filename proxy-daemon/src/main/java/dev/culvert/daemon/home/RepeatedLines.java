package dev.culvert.daemon.home;

import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Keeps a peer from filling the log. The first line of each kind is written at once; those of the
 * next minute become one more line that says how many there were. Confined to an event loop.
 */
final class RepeatedLines {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The lines of one kind since the last one that was written. */
    private static final class Repeats {
        int count;
        String last = "";
        long lastNanos;
    }

    private final Logger log;
    private final EventExecutor loop;
    private final Map<String, Repeats> kinds = new HashMap<>();

    RepeatedLines(Logger log, EventExecutor loop) {
        this.log = log;
        this.loop = loop;
    }

    /**
     * @param kind lines of one kind count as repeats of each other, whatever they say
     */
    void info(String kind, String line) {
        write(Level.INFO, kind, line);
    }

    /** As {@link #info}, for a line that needs attention. */
    void warn(String kind, String line) {
        write(Level.WARN, kind, line);
    }

    private void write(Level level, String kind, String line) {
        Repeats repeats = kinds.get(kind);
        if (repeats == null) {
            kinds.put(kind, new Repeats());
            log.atLevel(level).log(line);
            schedule(level, kind);
        } else {
            repeats.count++;
            repeats.last = line;
            repeats.lastNanos = loop.ticker().nanoTime();
        }
    }

    private void schedule(Level level, String kind) {
        var _ = loop.schedule(() -> sum(level, kind), MINUTE_NANOS, TimeUnit.NANOSECONDS);
    }

    private void sum(Level level, String kind) {
        Repeats repeats = kinds.remove(kind);
        if (repeats == null || repeats.count == 0) {
            return;
        }
        long ago = TimeUnit.NANOSECONDS.toSeconds(loop.ticker().nanoTime() - repeats.lastNanos);
        log.atLevel(level)
                .log(
                        "{} (and {} more like it within a minute, the last {} s ago)",
                        repeats.last,
                        repeats.count,
                        ago);
        kinds.put(kind, new Repeats());
        schedule(level, kind);
    }
}
