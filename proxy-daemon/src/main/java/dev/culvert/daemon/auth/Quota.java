package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.ByteRate;
import dev.culvert.daemon.config.CallerLimits;
import dev.culvert.daemon.config.Rate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant, or the holders of one token, may use and have used. Shared by all event loops.
 */
public final class Quota {
    /** Whose limits these are. */
    public enum Of {
        TENANT("tenant"),
        TOKEN("token");

        private final String label;

        Of(String label) {
            this.label = label;
        }

        /** For messages and metrics. */
        public String label() {
            return label;
        }
    }

    /** What is limited. */
    public enum Limit {
        RATE("rate"),
        BYTES("bytes"),
        TURNS("turns");

        private final String label;

        Limit(String label) {
            this.label = label;
        }

        /** For metrics and answers. */
        public String label() {
            return label;
        }
    }

    /**
     * A limit that is reached.
     *
     * @param waitNanos until it is worth trying again; 0 if nobody can tell
     */
    public record Reached(Quota quota, Limit limit, long waitNanos) {}

    /**
     * Requests may come while no more than that is owed: streams, which owe a little as long as
     * they are slowed down, do not keep them out.
     */
    private static final long OWED_NANOS = Duration.ofSeconds(1).toNanos();

    private final Of of;
    private final String name;
    private final CallerLimits limits;
    private final @Nullable Bucket requests;
    private final @Nullable Bucket bytes;
    private final AtomicInteger turns;

    /**
     * @param before the quota that this one replaces, under other limits: its turns still run
     */
    Quota(Of of, String name, CallerLimits limits, @Nullable Quota before, long now) {
        this.of = of;
        this.name = name;
        this.limits = limits;
        Rate rate = limits.rate().orElse(null);
        requests =
                rate == null
                        ? null
                        : new Bucket(rate.count(), rate.per().toNanos(), burst(limits, rate), now);
        ByteRate byteRate = limits.bytes().orElse(null);
        bytes = byteRate == null ? null : perSecond(byteRate.bytesPerSecond(), now);
        turns = before == null ? new AtomicInteger() : before.turns;
    }

    /** Holds what may come in a second. */
    private static Bucket perSecond(long count, long now) {
        return new Bucket(count, Duration.ofSeconds(1).toNanos(), count, now);
    }

    private static int burst(CallerLimits limits, Rate rate) {
        return limits.burst() == 0 ? rate.count() : limits.burst();
    }

    public Of of() {
        return of;
    }

    /** Of the tenant or the token. */
    public String name() {
        return name;
    }

    public CallerLimits limits() {
        return limits;
    }

    /** Takes one request, if the rates allow it; null if they do. */
    @Nullable Reached takeRequest(long now) {
        long tooMuch = owedNanos(now) - OWED_NANOS;
        if (tooMuch > 0) {
            return new Reached(this, Limit.BYTES, tooMuch);
        }
        long wait = requests == null ? 0 : requests.take(now);
        return wait > 0 ? new Reached(this, Limit.RATE, wait) : null;
    }

    /** Takes one request in any case: one that is not there is owed. */
    void useRequest(long now) {
        if (requests != null) {
            requests.use(1, now);
        }
    }

    /** Takes one turn, if there is one left; null if there is. */
    @Nullable Reached takeTurn() {
        if (turns.incrementAndGet() > limits.turns() && limits.turns() > 0) {
            turns.decrementAndGet();
            return new Reached(this, Limit.TURNS, 0);
        }
        return null;
    }

    void endTurn() {
        turns.decrementAndGet();
    }

    /** Takes one turn in any case: it goes on with what had one. */
    void holdTurn() {
        turns.incrementAndGet();
    }

    boolean limitsBytes() {
        return bytes != null;
    }

    /** So many bytes were received or sent. */
    void useBytes(long count, long now) {
        if (bytes != null) {
            bytes.use(count, now);
        }
    }

    /** How long to wait, because more bytes were used than there were; 0 if not at all. */
    long owedNanos(long now) {
        return bytes == null ? 0 : bytes.owedNanos(now);
    }

    /** How many bytes may be used now; -1 if there is no limit. */
    public long bytesLeft(long now) {
        return bytes == null ? -1 : bytes.left(now);
    }

    /** When all of them may be used again. */
    public long bytesFullInNanos(long now) {
        return bytes == null ? 0 : bytes.fullInNanos(now);
    }

    /** How many requests may be sent now; -1 if there is no limit. */
    public long requestsLeft(long now) {
        return requests == null ? -1 : requests.left(now);
    }

    /** When all of them may be sent again. */
    public long requestsFullInNanos(long now) {
        return requests == null ? 0 : requests.fullInNanos(now);
    }
}
