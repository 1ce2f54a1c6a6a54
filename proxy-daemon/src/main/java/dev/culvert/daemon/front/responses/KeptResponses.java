package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ResponseSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest responses, as many as the settings allow: in memory, and in a store that outlives the
 * daemon if there is one. Safe for all threads.
 */
public final class KeptResponses {
    /**
     * Tells how old they are.
     *
     * @param nanos of a clock that nobody sets
     * @param millis since 1970, which a restart does not change
     * @param patience how long a client waits for the store
     */
    record Time(LongSupplier nanos, LongSupplier millis, Duration patience) {
        static final Time SYSTEM =
                new Time(System::nanoTime, System::currentTimeMillis, Duration.ofSeconds(10));
    }

    private record Entry(KeptResponse response, Conversation held, long ownBytes) {}

    private final Supplier<ResponseSettings> settings;
    private final Time time;
    private final KeptWrites writes;

    /** By id, the oldest first; its own lock, which guards what follows, too. */
    private final LinkedHashMap<String, Entry> kept = new LinkedHashMap<>();

    private final KeptBytes.Room room = new KeptBytes.Room();

    private long bytes;

    /**
     * Nothing is there before {@link RestoredResponses} brings it.
     *
     * @param settings with limits that may change
     */
    KeptResponses(Supplier<ResponseSettings> settings, Time time, KeptWrites writes) {
        this.settings = settings;
        this.time = time;
        this.writes = writes;
    }

    /** Whether they outlive the daemon. */
    boolean areStored() {
        return writes.isKept();
    }

    /** When one began by the clock that nobody sets. */
    long sinceNanos(long beganMillis) {
        long ageMillis = Math.max(0, time.millis.getAsLong() - beganMillis);
        return nanos() - TimeUnit.MILLISECONDS.toNanos(ageMillis);
    }

    private long nanos() {
        return time.nanos.getAsLong();
    }

    /** Waits until the store has everything, but no longer than that. Blocks. */
    public void flush(Duration most) {
        writes.flush(most);
    }

    /** The same for the last time: nothing is kept from here on. Blocks. */
    public void close(Duration most) {
        writes.flush(most);
        synchronized (kept) {
            kept.values().forEach(it -> it.held.release(room, _ -> {}));
            kept.clear();
            bytes = 0;
        }
    }

    /** It was there when the daemon stopped. */
    void restore(KeptResponse response) {
        synchronized (kept) {
            kept.put(response.id(), entry(response, _ -> {}));
        }
    }

    /** All were restored: the limits may be others now. */
    void restored() {
        synchronized (kept) {
            forget();
        }
    }

    /**
     * A response begins. One of the same turn that is whole stays as it is: a client repeats its
     * request, and gets the same again.
     *
     * @param asked the fingerprint of the message if the client may repeat it with its key, else 0
     */
    KeptResponse begin(
            ResponseObject response,
            Caller owner,
            Conversation input,
            Outcome outcome,
            long asked) {
        KeptResponse begun = new KeptResponse(response, owner, input, outcome, nanos(), asked);
        synchronized (kept) {
            Entry before = kept.get(begun.id());
            if (before != null && before.response.outcome().isWhole()) {
                return before.response.lend();
            }
            remove(begun.id());
            input.isOf(begun.id());
            kept.put(begun.id(), entry(begun, this::isFollowed));
            forget();
        }
        return begun;
    }

    /** A response may be deleted while another one that follows it is about to begin. */
    private void isFollowed(Conversation part) {
        String id = part.response();
        if (id != null && !part.isInput() && !kept.containsKey(id)) {
            writes.save(id, () -> StoredResponse.ofSaid(part).bytes());
        }
    }

    /** The store has it as it is now, as long as it is kept. */
    void store(KeptResponse response) {
        if (!writes.isKept()) {
            return;
        }
        long ageMillis = TimeUnit.NANOSECONDS.toMillis(nanos() - response.sinceNanos());
        long beganMillis = time.millis.getAsLong() - ageMillis;
        synchronized (kept) {
            if (isThere(response)) {
                writes.save(response.id(), () -> response.stored(beganMillis).bytes());
            }
        }
    }

    /**
     * Calls {@code told} on {@code loop} once the store has the response as it is now, or with why
     * it has not; at once where there is nothing to wait for. Called on {@code loop}.
     */
    void whenStored(KeptResponse response, EventLoop loop, Consumer<@Nullable IOException> told) {
        boolean waits = areStored();
        writes.whenWritten(response.id(), waits ? new StoreWait(loop, time.patience, told) : told);
    }

    /** It has come to its end; what it takes has changed. Borrows the items. */
    void end(KeptResponse response, Outcome how, ByteBuf items) {
        if (response.ended(how, items)) {
            changed(response);
        }
    }

    /** What it takes has changed. */
    void changed(KeptResponse response) {
        synchronized (kept) {
            Entry entry = kept.get(response.id());
            if (entry != null && entry.response == response) {
                Entry now = entry(response, _ -> {});
                kept.put(response.id(), now); // keeps its place
                bytes -= entry.held.release(room, _ -> {}) + entry.ownBytes;
                store(response);
                forget();
            }
        }
    }

    private Entry entry(KeptResponse response, Consumer<Conversation> first) {
        Conversation held = response.held();
        long own = response.ownBytes();
        bytes += held.hold(room, first) + own;
        return new Entry(response, held, own);
    }

    /** What was said in it stays in the store as long as another one follows it. */
    private void remove(String id) {
        Entry entry = kept.remove(id);
        if (entry != null) {
            Conversation held = entry.held;
            bytes -= held.release(room, this::isNeededNoLonger) + entry.ownBytes;
            if (held.isHeld() && !held.isInput()) {
                writes.save(id, () -> StoredResponse.ofSaid(held).bytes());
            }
        }
    }

    private void isNeededNoLonger(Conversation part) {
        String id = part.response();
        if (id != null && part.isInput()) {
            writes.forget(id);
        }
    }

    private void forget() {
        ResponseSettings now = settings.get();
        long oldest = nanos() - now.keepFor().toNanos();
        while (!kept.isEmpty() && kept.firstEntry().getValue().response.sinceNanos() < oldest) {
            remove(kept.firstEntry().getKey());
        }
        while (!kept.isEmpty() && (kept.size() > now.keep() || bytes > now.keepBytes())) {
            remove(leastWanted());
        }
    }

    /** The oldest that has ended; the oldest of all if every one runs. */
    private String leastWanted() {
        for (Map.Entry<String, Entry> it : kept.entrySet()) {
            if (it.getValue().response.outcome().isFinal()) {
                return it.getKey();
            }
        }
        return kept.firstEntry().getKey();
    }

    /**
     * The response of that id.
     *
     * @throws ProblemException 404 when it is not kept, or another caller's
     */
    KeptResponse get(String id, Caller caller) {
        KeptResponse found = find(id, caller);
        if (found == null) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "There is no response '%s': it is not yours, was not stored, or was forgotten, after %.0f s (responses.keep_for) at the latest."
                                    .formatted(
                                            Quoted.word(id),
                                            settings.get().keepFor().toMillis() / 1000.0)));
        }
        return found;
    }

    /** Null when it is not kept, or another caller's. */
    @Nullable KeptResponse find(String id, Caller caller) {
        synchronized (kept) {
            forget();
            Entry entry = kept.get(id);
            return entry != null && entry.response.isSeenBy(caller) ? entry.response.lend() : null;
        }
    }

    /** Whether that very one is kept. */
    boolean isThere(KeptResponse response) {
        synchronized (kept) {
            Entry entry = kept.get(response.id());
            return entry != null && entry.response == response;
        }
    }

    /**
     * Calls {@code told} on {@code loop} once it is gone, or with why the store still has it.
     * Called on {@code loop}.
     */
    void delete(KeptResponse response, EventLoop loop, Consumer<@Nullable IOException> told) {
        StoreWait wait = new StoreWait(loop, time.patience, told);
        synchronized (kept) {
            writes.whenWritten(response.id(), () -> remove(response.id()), wait);
        }
    }

    /** One response that takes more than that cannot be kept. */
    int mostBytes() {
        return settings.get().keepBytes();
    }

    /** How many there are. */
    public int count() {
        synchronized (kept) {
            forget(); // also where nobody asks for them
            return kept.size();
        }
    }

    /** How many bytes they take. */
    public long bytes() {
        synchronized (kept) {
            return bytes;
        }
    }
}
