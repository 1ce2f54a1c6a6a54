package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Whether a link can take a request now. Confined to the event loop. */
final class Capacity {
    private final AgentLink link;
    private final Channel channel;
    private final Peer peer;
    private final LinkLimits limits;

    Capacity(AgentLink link, Peer peer, LinkLimits limits) {
        this.link = link;
        channel = link.channel();
        this.peer = peer;
        this.limits = limits;
    }

    /** Whether the request takes more than one frame. */
    boolean needsParts(Frame request) {
        return request.payload().readableBytes() > limits.frames().payloadBytes();
    }

    /**
     * Why the link cannot take {@code request}; null if it can.
     *
     * @param inFlight how many exchanges are open
     * @param isInUse whether one of them has the same id
     */
    @Nullable Failure refusal(Frame request, int inFlight, boolean isInUse) {
        if (!channel.isWritable()) {
            channel.flush(); // may find out that the agent is gone
        }
        if (!channel.isActive()) {
            return new Failure.LinkLost(link.closeReason());
        }
        if (inFlight >= limits.maxInFlight()) {
            return new Failure.Overloaded(
                    "the link to the agent carries "
                            + limits.maxInFlight()
                            + " exchanges already, the most it may (max_in_flight)");
        }
        if (isInUse) {
            return new Failure.Overloaded(
                    "an exchange with the same id has not ended yet on this link to the agent");
        }
        boolean isMessage = request.type() == FrameType.MESSAGE;
        if (needsParts(request) && !(isMessage && peer.can(Feature.PARTS))) {
            return new Failure.TooLarge(
                    request.payload().readableBytes(), limits.frames().payloadBytes(), isMessage);
        }
        if (!channel.isWritable()) {
            return new Failure.Overloaded(
                    "the agent does not read: over "
                            + limits.maxUnsentBytes()
                            + " bytes wait for it (max_unsent_bytes)");
        }
        return null;
    }
}
