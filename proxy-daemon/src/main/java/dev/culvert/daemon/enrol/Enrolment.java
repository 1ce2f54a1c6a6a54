package dev.culvert.daemon.enrol;

import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.identity.AgentKey;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The permission for one guest to join, without its token.
 *
 * @param id part of the token, and no secret itself
 * @param token the hash of it
 * @param name the id that the agent will have; empty if the guest chooses
 * @param by who made it, for people
 * @param claim who has used the token; null if nobody has
 */
public record Enrolment(
        String id,
        SecretHash token,
        String name,
        String tenant,
        String by,
        Instant created,
        Instant expires,
        @Nullable Claim claim) {

    /**
     * The token was used.
     *
     * @param key of the guest, which alone may use it again
     * @param done when that guest had proved itself; null before that
     */
    public record Claim(String agentId, AgentKey key, Instant since, @Nullable Instant done) {}

    /** How far it has come. */
    public enum State {
        OPEN,
        CLAIMED,
        USED,
        EXPIRED
    }

    public State state(Instant now) {
        if (claim != null) {
            return claim.done == null ? State.CLAIMED : State.USED;
        }
        return now.isBefore(expires) ? State.OPEN : State.EXPIRED;
    }

    /** After that nobody needs it any more. */
    Instant forgotten(Duration unproven, Duration ended) {
        if (claim == null) {
            return expires.plus(ended);
        }
        Instant done = claim.done;
        return done == null ? claim.since.plus(unproven) : done.plus(ended);
    }

    Enrolment claimed(Claim by) {
        return new Enrolment(id, token, name, tenant, this.by, created, expires, by);
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return "enrolment " + id;
    }
}
