package dev.culvert.daemon.client.logs;

import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One entry of the journal.
 *
 * @param priority from 0, the worst, to 7
 */
public record JournalLine(Instant at, int priority, String message) {
    private static final String[] LEVELS = {
        "ERROR", "ERROR", "ERROR", "ERROR", "WARN", "INFO", "INFO", "DEBUG"
    };

    /** Reads a line of {@code journalctl -o json}. */
    static JournalLine of(String json) {
        Value entry;
        try {
            entry = Value.parse(json);
        } catch (BadValueException _) {
            return new JournalLine(Instant.EPOCH, 6, json);
        }
        long micros = number(entry, "__REALTIME_TIMESTAMP", 0);
        return new JournalLine(
                Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000),
                Math.clamp(number(entry, "PRIORITY", 6), 0, 7),
                entry.text("MESSAGE"));
    }

    /** The journal writes its numbers as texts. */
    private static long number(Value entry, String name, long otherwise) {
        String text = entry.text(name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : otherwise;
    }

    public String level() {
        return LEVELS[priority];
    }

    /** As the daemon writes it outside systemd. */
    public String text() {
        return at.truncatedTo(ChronoUnit.MILLIS) + " " + level() + " " + message;
    }
}
