package dev.culvert.guest.identity;

import dev.culvert.identity.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * What the guest keeps of its identity.
 *
 * @param agentId empty until a host has given it one
 * @param counter how often it has joined
 * @param next the key that takes the place of this one when the host has it, or that of another
 *     agent which this guest becomes; null if there is none
 */
record Identity(SigningKey key, String agentId, long counter, @Nullable Next next) {
    /** Another key, and the agent of which it is. */
    record Next(SigningKey key, String agentId) {}

    static Identity fresh() {
        return new Identity(SigningKey.make(), "", 0, null);
    }

    boolean isRegistered() {
        return !agentId.isEmpty();
    }

    /** Whether the next key is of another agent. */
    boolean becomesAnother() {
        return next != null && !next.agentId.equals(agentId);
    }

    /** Whom it says to be at the next link. */
    String claimed() {
        return next == null ? agentId : next.agentId;
    }

    Identity as(String id) {
        return new Identity(key, id, counter, next);
    }

    Identity joining() {
        return new Identity(key, agentId, counter + 1, next);
    }

    Identity with(@Nullable Next key2) {
        return new Identity(key, agentId, counter, key2);
    }

    /** It is the next one now. */
    Identity promoted() {
        return next == null ? this : new Identity(next.key, next.agentId, counter, null);
    }

    /** The key with which it proves to be this agent. */
    SigningKey keyFor(String id) {
        return next != null && !id.equals(agentId) ? next.key : key;
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return agentId.isEmpty() ? "not registered" : agentId;
    }
}
