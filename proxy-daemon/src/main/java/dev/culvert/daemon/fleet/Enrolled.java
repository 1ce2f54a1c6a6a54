package dev.culvert.daemon.fleet;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients are told of the identity of an agent that dials in.
 *
 * @param key the beginning of its public key
 * @param keyMade when that key was made
 * @param joins how many links it has opened
 * @param lastJoin when it opened the last one; null before the first
 * @param generation of its virtual machine; empty if it cannot read it
 * @param parent the agent of which it is a copy; empty if it is none
 * @param facts what it said of its machine when it registered
 */
public record Enrolled(
        Instant since,
        String key,
        Instant keyMade,
        long joins,
        @Nullable Instant lastJoin,
        String generation,
        String parent,
        Map<String, String> facts) {
    public Enrolled {
        facts = Map.copyOf(facts);
    }
}
