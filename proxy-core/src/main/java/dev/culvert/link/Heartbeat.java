package dev.culvert.link;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What an agent says about itself, as far as this side understands it; its texts are {@link
 * dev.culvert.io.Quoted#word quoted}. A base peer leaves all but the first two at their defaults.
 *
 * @param status "ready" at once on connecting, "running" from then on; empty if it did not say
 * @param uptimeSeconds of the guest process; -1 if it did not say
 * @param protocol "1.0" for a base peer
 * @param features those that this side knows; none if the MAJOR of its protocol is not 1
 *     (compatibility.md)
 * @param instance random for each guest process; empty for a base peer
 * @param agentVersion empty for a base peer
 * @param inFlight turns under way; -1 if it did not say
 * @param runtimeKind the API of its runtime: "openai" or "anthropic"; empty if it did not say
 * @param runtimeError why it cannot reach its runtime; empty if it can, or did not say
 */
public record Heartbeat(
        String status,
        long uptimeSeconds,
        String protocol,
        Set<Feature> features,
        String instance,
        String agentVersion,
        long inFlight,
        String runtimeKind,
        String runtimeError) {

    private static final String QUIESCED = "quiesced";

    /** The agent has not sent one yet. */
    public static final Heartbeat NONE = new Heartbeat("", -1, "1.0", Set.of(), "", "", -1, "", "");

    /** Whether it takes no new turns, and its turns are parked (quiescing.md). */
    public boolean isQuiesced() {
        return status.equals(QUIESCED) && features.contains(Feature.QUIESCE);
    }

    /** Whether it speaks a protocol of which this side knows only the base. */
    public boolean isOfAnotherMajor() {
        return !protocol.equals("1") && !protocol.startsWith("1.");
    }

    /** Leaves out the members that are not in the base protocol: they may mean anything. */
    Heartbeat asBase() {
        return new Heartbeat(
                status,
                uptimeSeconds,
                protocol,
                NONE.features(),
                NONE.instance(),
                agentVersion,
                NONE.inFlight(),
                NONE.runtimeKind(),
                NONE.runtimeError());
    }

    public Heartbeat {
        Set<Feature> known = EnumSet.noneOf(Feature.class);
        known.addAll(features);
        features = Collections.unmodifiableSet(known);
    }
}
