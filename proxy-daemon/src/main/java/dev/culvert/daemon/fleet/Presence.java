package dev.culvert.daemon.fleet;

import dev.culvert.link.Heartbeat;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an agent is, as its home link shows it.
 *
 * @param since when it came into this state
 * @param lastHeard its last heartbeat, or answer to a ping; null before the first
 * @param said what the last heartbeat said
 * @param lastError why it was last not reached, or not configured; null when it never happened
 */
public record Presence(
        State state,
        Instant since,
        @Nullable Instant lastHeard,
        Heartbeat said,
        @Nullable String lastError) {

    static Presence unknown(Instant now) {
        return new Presence(State.CONNECTING, now, null, Heartbeat.NONE, null);
    }

    public Presence in(State next, Instant now) {
        return next == state ? this : new Presence(next, now, lastHeard, said, lastError);
    }

    public Presence heard(Heartbeat heartbeat, Instant now) {
        return new Presence(state, since, now, heartbeat, lastError);
    }

    public Presence failed(String error) {
        return new Presence(state, since, lastHeard, said, error);
    }
}
