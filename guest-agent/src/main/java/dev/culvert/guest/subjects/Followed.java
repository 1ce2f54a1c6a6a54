package dev.culvert.guest.subjects;

import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What one program follows, and how far its host is with it. Confined to the event loop. */
final class Followed {
    sealed interface State {}

    /** The host was asked. */
    record Asking(HostSubjects host, String id, Future<?> timeout) implements State {}

    /** The host passes messages on. */
    record Following(HostSubjects host, String id) implements State {}

    /** No host is connected that would. */
    record Away() implements State {}

    private final String match;
    private final Follower follower;
    private State state = new Away();

    /** When messages began to be missing; null while none are, and before the first came. */
    private @Nullable Long awaySince;

    private boolean hasBegun;

    Followed(String match, Follower follower) {
        this.match = match;
        this.follower = follower;
    }

    String match() {
        return match;
    }

    Follower follower() {
        return follower;
    }

    State state() {
        return state;
    }

    /** Whether a host has ever passed messages on. */
    boolean hasBegun() {
        return hasBegun;
    }

    /** The host that was asked, or passes messages on; null if there is none. */
    @Nullable HostSubjects host() {
        return switch (state) {
            case Asking(HostSubjects host, _, _) -> host;
            case Following(HostSubjects host, _) -> host;
            case Away _ -> null;
        };
    }

    boolean isOf(HostSubjects host, String id) {
        return switch (state) {
            case Asking(HostSubjects asked, String its, _) -> asked == host && its.equals(id);
            case Following(HostSubjects asked, String its) -> asked == host && its.equals(id);
            case Away _ -> false;
        };
    }

    void ask(HostSubjects host, String id, Future<?> timeout) {
        state = new Asking(host, id, timeout);
    }

    void begin(Asking asked, long nowNanos) {
        asked.timeout.cancel(false);
        state = new Following(asked.host, asked.id);
        Long since = awaySince;
        awaySince = null;
        if (!hasBegun) {
            hasBegun = true;
            follower.onFollowing();
        } else if (since != null) {
            follower.onGap(
                    "the link to the host was lost: what was published in the last %.1f s may be missing"
                            .formatted((nowNanos - since) / 1e9));
        }
    }

    /** The host does not pass messages on any longer. */
    void leave(long nowNanos) {
        if (state instanceof Asking(_, _, Future<?> timeout)) {
            timeout.cancel(false);
        }
        if (hasBegun && awaySince == null) {
            awaySince = nowNanos;
        }
        state = new Away();
    }
}
