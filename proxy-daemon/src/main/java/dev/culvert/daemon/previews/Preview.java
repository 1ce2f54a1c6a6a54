package dev.culvert.daemon.previews;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A port of an agent that whoever has its link can open in a browser, for a while.
 *
 * @param id a hash of the secret in the link, which is not kept
 * @param tenant of the agent
 * @param caller who has made it, as {@code KIND:NAME}
 * @param revoked when it was; null if it was not
 */
public record Preview(
        String id,
        String agent,
        String tenant,
        int port,
        String caller,
        Instant expires,
        @Nullable Instant revoked) {
    /** How it is. */
    public enum State {
        OPEN,
        EXPIRED,
        REVOKED
    }

    State state(Instant now) {
        if (revoked != null) {
            return State.REVOKED;
        }
        return now.isBefore(expires) ? State.OPEN : State.EXPIRED;
    }

    Preview revokedAt(Instant now) {
        return new Preview(id, agent, tenant, port, caller, expires, now);
    }
}
