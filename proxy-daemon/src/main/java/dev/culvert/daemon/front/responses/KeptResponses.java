package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ResponseSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest responses, as many as the settings allow, in memory: a restart forgets them. Safe for
 * all threads.
 */
public final class KeptResponses {
    private record Entry(KeptResponse response, Conversation held, long ownBytes) {}

    private final Supplier<ResponseSettings> settings;
    private final LongSupplier clock;

    /** By id, the oldest first; its own lock, which guards {@link #bytes} too. */
    private final LinkedHashMap<String, Entry> kept = new LinkedHashMap<>();

    private long bytes;

    /** With limits that may change. */
    public KeptResponses(Supplier<ResponseSettings> settings) {
        this(settings, System::nanoTime);
    }

    KeptResponses(Supplier<ResponseSettings> settings, LongSupplier clock) {
        this.settings = settings;
        this.clock = clock;
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
        KeptResponse begun =
                new KeptResponse(response, owner, input, outcome, clock.getAsLong(), asked);
        synchronized (kept) {
            Entry before = kept.get(begun.id());
            if (before != null && before.response.outcome().isWhole()) {
                return before.response;
            }
            remove(begun.id());
            add(begun);
            forget();
        }
        return begun;
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
                Entry now = entry(response);
                kept.put(response.id(), now); // keeps its place
                bytes -= entry.held.release() + entry.ownBytes;
                forget();
            }
        }
    }

    private Entry entry(KeptResponse response) {
        Conversation held = response.held();
        long own = response.ownBytes();
        bytes += held.hold() + own;
        return new Entry(response, held, own);
    }

    private void add(KeptResponse response) {
        kept.put(response.id(), entry(response));
    }

    private void remove(String id) {
        Entry entry = kept.remove(id);
        if (entry != null) {
            bytes -= entry.held.release() + entry.ownBytes;
        }
    }

    private void forget() {
        ResponseSettings now = settings.get();
        long oldest = clock.getAsLong() - now.keepFor().toNanos();
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
            return entry != null && entry.response.isSeenBy(caller) ? entry.response : null;
        }
    }

    void delete(KeptResponse response) {
        synchronized (kept) {
            remove(response.id());
        }
    }

    /** One response that takes more than that cannot be kept. */
    int mostBytes() {
        return settings.get().keepBytes();
    }

    /** How many there are. */
    public int count() {
        synchronized (kept) {
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
