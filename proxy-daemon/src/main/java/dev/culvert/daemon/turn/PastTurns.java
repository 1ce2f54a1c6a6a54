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
 * The turns that nobody reads any more, for a while: so that no {@code Idempotency-Key} begins one
 * twice, and clients can be told how one ended. Those with a key are kept for all of that time, of
 * the others the last. Locked, for a turn may be repeated on any event loop; a message without a
 * key has nothing to do with it.
 */
final class PastTurns {
    private final Supplier<TurnSettings> settings;
    private final LongSupplier nanoTime;

    /* The one that was noted first comes first. */
    private final Map<String, Noted> keyed = new LinkedHashMap<>();
    private final Map<String, Noted> others = new LinkedHashMap<>();

    private record Noted(PastTurn turn, long atNanos) {}

    PastTurns(Supplier<TurnSettings> settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    /** Null where it was never read here, or that is too long ago. */
    synchronized @Nullable PastTurn find(String id) {
        forgetOld();
        Noted noted = keyed.getOrDefault(id, others.get(id));
        return noted == null ? null : noted.turn();
    }

    /** A reading of it has ended so; notes it when that says anything of the turn. */
    void note(TurnRequest request, Progress progress, @Nullable Failure how) {
        PastTurn turn = PastTurn.of(request, progress, how);
        if (turn != null) {
            note(turn);
        }
    }

    /** A reader of it has gone. */
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

    /** Whether one more key could not be held for the time that is promised. */
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
