package dev.culvert.daemon.fleet;

import dev.culvert.link.Heartbeat;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of an agent and what it last said, as seen on its home link.
 *
 * @param since when this state began
 * @param lastHeard when its last heartbeat or pong came; null before the first
 * @param said the last heartbeat
 * @param lastError why it could last not be reached or configured; null if it always could
 */
public record Presence(
        AgentState state,
        Instant since,
        @Nullable Instant lastHeard,
        Heartbeat said,
        @Nullable String lastError) {

    static Presence unknown(Instant now) {
        return new Presence(AgentState.CONNECTING, now, null, Heartbeat.NONE, null);
    }

    public Presence in(AgentState next, Instant now) {
        return next == state ? this : new Presence(next, now, lastHeard, said, lastError);
    }

    /**
     * As others see it while that is so since {@code then}: an agent that is not ready is as it is.
     */
    Presence shownAs(AgentState other, Instant then) {
        if (state != AgentState.READY) {
            return this;
        }
        Instant latest = since.isAfter(then) ? since : then;
        return new Presence(other, latest, lastHeard, said, lastError);
    }

    public Presence heard(Heartbeat heartbeat, Instant now) {
        return new Presence(state, since, now, heartbeat, lastError);
    }

    /** When it was heard before a restart, unless it was heard since. */
    Presence heardBefore(Instant then) {
        return lastHeard == null ? new Presence(state, since, then, said, lastError) : this;
    }

    boolean wasHeardAfter(long epochMillis) {
        return lastHeard != null && lastHeard.toEpochMilli() > epochMillis;
    }

    /** Whether it answers, and says that it cannot reach its runtime. */
    public boolean isDegraded() {
        return state != AgentState.UNREACHABLE && !said.runtimeError().isEmpty();
    }

    public Presence failed(String error) {
        return new Presence(state, since, lastHeard, said, error);
    }
}
