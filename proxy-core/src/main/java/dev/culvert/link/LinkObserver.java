package dev.culvert.link;

import dev.culvert.frame.FrameType;
import dev.culvert.transport.AgentAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Counts what happens on links and in the pool. Called on many event loops at once. */
public interface LinkObserver {
    LinkObserver NONE = new LinkObserver() {};

    default void onDialStarted(AgentAddress address) {}

    /** {@code failure} is null if the dial opened a link. */
    default void onDialEnded(AgentAddress address, Duration took, @Nullable Failure failure) {}

    default void onLinkOpened(AgentLink link) {}

    default void onLinkClosed(AgentLink link, String reason) {}

    default void onHeartbeat(AgentLink link, Heartbeat heartbeat) {}

    /** Also for unknown types, which are otherwise ignored. */
    default void onFrameReceived(FrameType type, int payloadBytes) {}

    default void onFrameSent(FrameType type, int payloadBytes) {}

    /** A reply to an exchange that had ended already was dropped. */
    default void onLateReply(FrameType type) {}

    /** An agent complained about the link as a whole, or sent a heartbeat that cannot be read. */
    default void onComplaint() {}

    /**
     * A link is not read for the rest of a second: its agent sent too much that nobody asked for.
     */
    default void onRest() {}

    /** A log line was left out because an agent caused it too soon after another one. */
    default void onLineHeldBack() {}

    default void onExchangeStarted(FrameType request) {}

    /** Called exactly once for every exchange that was started. */
    default void onExchangeEnded(FrameType request, Outcome outcome) {}

    /** An agent that had used up its credit has got more, after so long. */
    default void onStarved(long nanos) {}

    /** {@code change} more requests wait for a dial, or fewer if it is negative. */
    default void onWaiting(int change) {}
}
