package dev.culvert.guest.runtime;

import java.time.Duration;
import java.util.function.Consumer;

/** What a tool of the agent does in the middle of an answer. */
public sealed interface ToolEvent {
    /**
     * A call begins.
     *
     * @param callId the same in all events of the call
     * @param arguments as the model wrote them
     * @param isObject whether they are a JSON object
     */
    record Began(String callId, String tool, String arguments, boolean isObject)
            implements ToolEvent {}

    /** It has put something out. */
    record Said(String callId, String output) implements ToolEvent {}

    /**
     * The call waits until somebody approves it (approvals.md).
     *
     * @param approval the payload of the frame that says so
     * @param patience for how long it may wait
     * @param keeper is given what a restart must know of the turn
     */
    record Asked(String callId, String approval, Duration patience, Consumer<byte[]> keeper)
            implements ToolEvent {}

    /**
     * The call is over.
     *
     * @param text the result, or why there is none
     */
    record Ended(String callId, boolean ok, String text) implements ToolEvent {}

    /** Nothing was said for a while, and the work goes on. */
    record Waiting() implements ToolEvent {}
}
