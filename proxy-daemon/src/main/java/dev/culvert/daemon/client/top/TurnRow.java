package dev.culvert.daemon.client.top;

import dev.culvert.value.Value;
import java.util.Locale;

/**
 * A turn, as the daemon shows it.
 *
 * @param credit how many bytes the agent may still send; -1 if it keeps to none
 * @param waitsFor {@code link}, {@code agent}, {@code client}, or empty
 * @param rate events a second since the last look, or since the turn began at the first
 */
public record TurnRow(
        String turn,
        String agent,
        String stage,
        long ageMillis,
        long events,
        long bytes,
        long unread,
        long credit,
        String waitsFor,
        double rate) {

    static TurnRow of(Value turn) {
        long age = turn.number(0, "age_ms");
        long events = turn.number(0, "events");
        return new TurnRow(
                turn.text("turn"),
                turn.text("agent"),
                turn.text("stage"),
                age,
                events,
                turn.number(0, "bytes"),
                turn.number(0, "unread_bytes"),
                turn.number(-1, "credit_bytes"),
                turn.text("waits_for"),
                age == 0 ? 0 : events * 1_000.0 / age);
    }

    /** As data. */
    public Value data() {
        return Value.members(
                "turn",
                turn,
                "agent",
                agent,
                "stage",
                stage,
                "age_ms",
                ageMillis,
                "events",
                events,
                "events_per_second",
                new Value.Digits(String.format(Locale.ROOT, "%.1f", rate)),
                "bytes",
                bytes,
                "unread_bytes",
                unread,
                "credit_bytes",
                credit < 0 ? Value.nothing() : Value.of(credit),
                "waits_for",
                waitsFor);
    }

    /**
     * The same with what happened since an earlier look. An answer that made no progress, although
     * it has credit, waits for its agent.
     */
    TurnRow since(TurnRow earlier) {
        long millis = ageMillis - earlier.ageMillis;
        if (millis <= 0 || events < earlier.events) {
            return this; // another client reads it now
        }
        boolean stands = events == earlier.events && waitsFor.isEmpty();
        return new TurnRow(
                turn,
                agent,
                stage,
                ageMillis,
                events,
                bytes,
                unread,
                credit,
                stands ? "agent" : waitsFor,
                (events - earlier.events) * 1_000.0 / millis);
    }
}
