package dev.culvert.link;

import dev.culvert.frame.FrameType;
import dev.culvert.transport.AgentAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Counts what happens on links and in the pool. Called on many event loops at once. */
public interface LinkObserver {
    LinkObserver NONE = new LinkObserver() {};

    default void onDialStarted(AgentAddress address) {}

    /** {@code failure} is null when a link came of it. */
    default void onDialEnded(AgentAddress address, Duration took, @Nullable Failure failure) {}

    default void onLinkOpened(AgentLink link) {}

    default void onLinkClosed(AgentLink link, String reason) {}

    default void onHeartbeat(AgentLink link, Heartbeat heartbeat) {}

    /** Of an unknown type too: those are counted here and ignored. */
    default void onFrameReceived(FrameType type, int payloadBytes) {}

    default void onFrameSent(FrameType type, int payloadBytes) {}

    /** A reply to an exchange that had ended already: dropped. */
    default void onLateReply(FrameType type) {}

    /** A complaint of an agent about the link as a whole, or a heartbeat that cannot be read. */
    default void onComplaint() {}

    /** A line for the log that an agent caused too soon after another: counted there. */
    default void onLineHeldBack() {}

    default void onExchangeStarted(FrameType request) {}

    /** Told for every exchange that was started, exactly once. */
    default void onExchangeEnded(FrameType request, Outcome outcome) {}

    /** Requests that wait for a dial: {@code change} of them more, or fewer. */
    default void onWaiting(int change) {}
}
