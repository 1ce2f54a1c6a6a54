package dev.culvert.link;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
 * @param kept the instances of earlier processes of which it still has turns
 * @param agentVersion empty for a base peer
 * @param inFlight turns under way; -1 if it did not say
 * @param runtimeKind the API of its runtime: "openai" or "anthropic"; empty if it did not say
 * @param runtimeError why it cannot reach its runtime; empty if it can, or did not say
 * @param policy the version of the policy for tools that is in force; empty for none
 * @param policies those that decide about calls of its tools, the highest first
 * @param tools how it confines its own tools; null if it has none, or did not say
 */
public record Heartbeat(
        String status,
        long uptimeSeconds,
        String protocol,
        Set<Feature> features,
        String instance,
        List<String> kept,
        String agentVersion,
        long inFlight,
        String runtimeKind,
        String runtimeError,
        String policy,
        List<PolicyLayer> policies,
        @Nullable ToolFacts tools) {

    private static final String QUIESCED = "quiesced";

    /** The agent has not sent one yet. */
    public static final Heartbeat NONE =
            new Heartbeat(
                    "", -1, "1.0", Set.of(), "", List.of(), "", -1, "", "", "", List.of(), null);

    /** Whether it takes no new turns, and its turns are parked (quiescing.md). */
    public boolean isQuiesced() {
        return status.equals(QUIESCED) && features.contains(Feature.QUIESCE);
    }

    /** Whether it may still have turns that this instance of it has begun. */
    public boolean mayHaveTurnsOf(String begunBy) {
        return instance.equals(begunBy) || kept.contains(begunBy);
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
                NONE.kept(),
                agentVersion,
                NONE.inFlight(),
                NONE.runtimeKind(),
                NONE.runtimeError(),
                NONE.policy(),
                NONE.policies(),
                NONE.tools());
    }

    public Heartbeat {
        kept = List.copyOf(kept);
        policies = List.copyOf(policies);
        Set<Feature> known = EnumSet.noneOf(Feature.class);
        known.addAll(features);
        features = Collections.unmodifiableSet(known);
    }
}
