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
 * @param features what it can do beyond the base protocol, and this side knows; none where the
 *     MAJOR of its protocol is not 1 (compatibility.md)
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

    /** Whether it speaks a protocol of which this side knows nothing but the base. */
    public boolean isOfAnotherMajor() {
        return !protocol.equals("1") && !protocol.startsWith("1.");
    }

    /** What it says in words that are no base protocol's may mean anything: it is left out. */
    Heartbeat asBase() {
        return new Heartbeat(
                status,
                uptimeSeconds,
                protocol,
                NONE.features(),
                NONE.instance(),
                agentVersion,
                NONE.inFlight());
    }

    public Heartbeat {
        Set<Feature> known = EnumSet.noneOf(Feature.class);
        known.addAll(features);
        features = Collections.unmodifiableSet(known);
    }
}
