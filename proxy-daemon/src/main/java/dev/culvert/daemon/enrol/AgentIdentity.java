package dev.culvert.daemon.enrol;

import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Joining;
import dev.culvert.identity.Proof;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who an agent that dials in is: its key, and what is known of its joins.
 *
 * @param parent the agent of which it is a copy; empty if it is none
 * @param keys what proves it
 * @param joined its last join; null before the first
 * @param facts what the guest said of its machine when it registered
 * @param revoked when somebody ended it; null if nobody did
 */
public record AgentIdentity(
        String agentId,
        String tenant,
        String parent,
        Instant created,
        Keys keys,
        @Nullable Joined joined,
        Map<String, String> facts,
        @Nullable Instant revoked) {

    /**
     * The keys of an agent.
     *
     * @param made when the present one was
     * @param former that before, until the guest has proved itself with the present one alone; null
     *     if there is none
     */
    public record Keys(AgentKey present, Instant made, @Nullable AgentKey former) {
        boolean has(AgentKey key) {
            return key.equals(present) || key.equals(former);
        }

        /** The one that signed; null if none did. */
        @Nullable AgentKey signer(Proof proof, Challenge challenge) {
            if (proof.isBy(present, challenge)) {
                return present;
            }
            return former != null && proof.isBy(former, challenge) ? former : null;
        }

        /** After a proof by {@code signer}, which may bring another key. */
        Keys after(AgentKey signer, Proof.@Nullable Next next, Instant now) {
            if (next == null) {
                return signer.equals(present) ? new Keys(present, made, null) : this;
            }
            return next.key().equals(present) ? this : new Keys(next.key(), now, signer);
        }
    }

    /** A join, and when it was. */
    public record Joined(Joining joining, Instant when) {}

    public AgentIdentity {
        facts = Map.copyOf(facts);
    }

    /** How often it has joined. */
    public long joins() {
        return joined == null ? 0 : joined.joining().counter();
    }

    AgentIdentity joined(Proof proof, Keys next, Instant now) {
        Joining joining = new Joining(proof.counter(), proof.instance(), proof.generation());
        return new AgentIdentity(
                agentId, tenant, parent, created, next, new Joined(joining, now), facts, revoked);
    }

    AgentIdentity with(Keys next) {
        return new AgentIdentity(agentId, tenant, parent, created, next, joined, facts, revoked);
    }

    AgentIdentity revokedAt(Instant now) {
        return new AgentIdentity(agentId, tenant, parent, created, keys, joined, facts, now);
    }
}
