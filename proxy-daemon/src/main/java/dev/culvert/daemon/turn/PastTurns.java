package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.link.Failure;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers turns that nobody reads any more for a while, so that no {@code Idempotency-Key} begins
 * one twice and clients can ask how one ended. Turns with a key are kept for the whole time; of the
 * others, the latest are kept. Used on all event loops, under a lock; a message without a key does
 * not come here.
 */
final class PastTurns {
    private final Supplier<TurnSettings> settings;
    private final LongSupplier nanoTime;

    /* In the order in which they were noted. */
    private final Map<String, Noted> keyed = new LinkedHashMap<>();
    private final Map<String, Noted> others = new LinkedHashMap<>();

    private record Noted(PastTurn turn, long atNanos) {}

    PastTurns(Supplier<TurnSettings> settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    /** Null if it was never read here, or too long ago. */
    synchronized @Nullable PastTurn find(String id) {
        forgetOld();
        Noted noted = keyed.getOrDefault(id, others.get(id));
        return noted == null ? null : noted.turn();
    }

    /** A reading has ended; remembers the turn if the end says anything about it. */
    void note(LiveTurn reader, Progress progress, @Nullable Failure how) {
        PastTurn turn = PastTurn.of(reader, progress, how);
        if (turn != null) {
            note(turn);
        }
    }

    /** Remembers a turn whose reader has gone. */
    synchronized void note(PastTurn turn) {
        forgetOld();
        Noted before = keyed.remove(turn.id());
        if (before == null) {
            before = others.remove(turn.id());
        }
        PastTurn now = before == null ? turn : turn.after(before.turn());
        (now.asked() == 0 ? others : keyed).put(now.id(), new Noted(now, nanoTime.getAsLong()));
        Iterator<String> oldest = others.keySet().iterator();
        while (others.size() > settings.get().maxRemembered()) {
            oldest.next();
            oldest.remove();
        }
    }

    /**
     * A reading has got the last chunk; remembers the turn as over. Returns whether it is the first
     * one that did.
     */
    synchronized boolean noteEnd(LiveTurn reader, Progress progress) {
        PastTurn before = find(reader.id());
        note(reader, progress, null);
        return before == null || before.outcome() == null;
    }

    /** Whether there is no room to keep one more key for the promised time. */
    synchronized boolean isFullOfKeys() {
        forgetOld();
        return keyed.size() >= settings.get().maxKeys();
    }

    synchronized int count(boolean withKey) {
        forgetOld();
        return withKey ? keyed.size() : others.size();
    }

    synchronized void forEach(Consumer<PastTurn> action) {
        forgetOld();
        keyed.values().forEach(noted -> action.accept(noted.turn()));
        others.values().forEach(noted -> action.accept(noted.turn()));
    }

    private void forgetOld() {
        Duration kept = settings.get().remember();
        forgetOld(keyed, kept);
        forgetOld(others, kept);
    }

    private void forgetOld(Map<String, Noted> turns, Duration kept) {
        long now = nanoTime.getAsLong();
        Iterator<Noted> oldest = turns.values().iterator();
        while (oldest.hasNext() && now - oldest.next().atNanos() >= kept.toNanos()) {
            oldest.remove();
        }
    }
}
