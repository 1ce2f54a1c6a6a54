package dev.culvert.link;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What an agent says of itself, as far as this side knows the words; its texts are {@link
 * dev.culvert.io.Quoted#word quoted}. Of a base peer all but the first two stay at their defaults.
 *
 * @param status "ready" at once on connecting, "running" from then on; empty if it did not say
 * @param uptimeSeconds of the guest process; -1 if it did not say
 * @param protocol "1.0" for a base peer
 * @param features what it can do beyond the base protocol, and this side knows
 * @param instance random for each guest process; empty for a base peer
 * @param agentVersion empty for a base peer
 * @param inFlight turns under way; -1 if it did not say
 */
public record Heartbeat(
        String status,
        long uptimeSeconds,
        String protocol,
        Set<Feature> features,
        String instance,
        String agentVersion,
        long inFlight) {

    /** Of an agent that has not said anything yet. */
    public static final Heartbeat NONE = new Heartbeat("", -1, "1.0", Set.of(), "", "", -1);

    public Heartbeat {
        Set<Feature> known = EnumSet.noneOf(Feature.class);
        known.addAll(features);
        features = Collections.unmodifiableSet(known);
    }
}
