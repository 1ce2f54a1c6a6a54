package dev.culvert.daemon.continuations;

import dev.culvert.daemon.config.ContinuationSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns of which something is stored, or will be, and how much. Safe for all threads. */
/* Without a lock, since turns that hold their own lock say that they are over. */
final class KnownTurns {
    /** What a turn takes beside its content. */
    private static final long OWN_BYTES = 512;

    private static final Duration SWEEP = Duration.ofSeconds(10);

    /** What is stored of a turn. */
    private record Stored(String turn, String tenant, Instant since, Instant expires, long bytes) {}

    private final Supplier<ContinuationSettings> settings;
    private final InstantSource clock;
    private final Consumer<String> delete;
    private final ConcurrentMap<String, FollowedTurn> byTurn = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Stored> byHash = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong sweptNanos = new AtomicLong(System.nanoTime());

    /**
     * @param delete removes the one of that hash from the store, later
     */
    KnownTurns(
            Supplier<ContinuationSettings> settings, InstantSource clock, Consumer<String> delete) {
        this.settings = settings;
        this.clock = clock;
        this.delete = delete;
    }

    void add(FollowedTurn turn) {
        byTurn.put(turn.about().turn(), turn);
    }

    /** Returns the one that is known of the same turn, which may be this one. */
    FollowedTurn addIfAbsent(FollowedTurn turn) {
        sweep(SWEEP);
        FollowedTurn known = byTurn.putIfAbsent(turn.about().turn(), turn);
        return known == null ? turn : known;
    }

    @Nullable FollowedTurn find(String turn) {
        return byTurn.get(turn);
    }

    /** The store has it with so many bytes of content. */
    void isStored(Continuation it, long content) {
        Stored before = byHash.get(it.hash());
        Instant since = before == null ? clock.instant() : before.since();
        Stored now = new Stored(it.turn(), it.tenant(), since, it.expires(), content + OWN_BYTES);
        Stored replaced = byHash.put(it.hash(), now);
        bytes.addAndGet(now.bytes() - (replaced == null ? 0 : replaced.bytes()));
        if (bytes.get() > settings.get().keepBytes()) {
            makeRoom();
        }
    }

    /** What one tenant has stored, the oldest first. */
    private static final class Holdings {
        private final Deque<Map.Entry<String, Stored>> oldestFirst = new ArrayDeque<>();
        private long bytes;

        void add(Map.Entry<String, Stored> it) {
            oldestFirst.add(it);
            bytes += it.getValue().bytes();
        }

        long bytes() {
            return bytes;
        }

        Map.Entry<String, Stored> takeOldest() {
            Map.Entry<String, Stored> oldest = oldestFirst.remove();
            bytes -= oldest.getValue().bytes();
            return oldest;
        }
    }

    /** Drops the oldest of the tenant that has most, so that none can drop all of another's. */
    private void makeRoom() {
        Map<String, Holdings> byTenant = new HashMap<>();
        byHash.entrySet().stream()
                .sorted(Comparator.comparing(it -> it.getValue().since()))
                .forEach(it ->
                        byTenant.computeIfAbsent(it.getValue().tenant(), _ -> new Holdings())
                                .add(it));
        long most = settings.get().keepBytes();
        while (bytes.get() > most) {
            Holdings largest =
                    Collections.max(byTenant.values(), Comparator.comparingLong(Holdings::bytes));
            if (largest.bytes() == 0) {
                return; // another thread has stored more meanwhile, and makes room for it
            }
            Map.Entry<String, Stored> oldest = largest.takeOldest();
            forget(oldest.getKey(), oldest.getValue());
        }
    }

    private void forget(String hash, Stored it) {
        FollowedTurn turn = byTurn.get(it.turn());
        if (turn == null || turn.isKept()) {
            byTurn.remove(it.turn());
        }
        isDeleted(hash);
        delete.accept(hash);
    }

    /** Nothing of it is stored from now on. */
    void isDeleted(String hash) {
        Stored it = byHash.remove(hash);
        if (it != null) {
            bytes.addAndGet(-it.bytes());
        }
    }

    void remove(FollowedTurn turn) {
        byTurn.remove(turn.about().turn(), turn);
        isDeleted(turn.about().hash());
        delete.accept(turn.about().hash());
    }

    /** Forgets what is too old, unless it was done less than so long ago. */
    private void sweep(Duration rest) {
        long before = sweptNanos.get();
        long now = System.nanoTime();
        if (now - before < rest.toNanos() || !sweptNanos.compareAndSet(before, now)) {
            return;
        }
        Instant time = clock.instant();
        byHash.forEach((hash, it) -> {
            FollowedTurn turn = byTurn.get(it.turn());
            if (it.expires().isBefore(time) && (turn == null || turn.isKept())) {
                forget(hash, it);
            }
        });
        long idle = settings.get().validFor().toNanos();
        byTurn.values().stream().filter(it -> it.isIdleFor(idle)).forEach(this::remove);
    }

    int count() {
        sweep(Duration.ZERO);
        return byHash.size();
    }

    long bytes() {
        return bytes.get();
    }
}
