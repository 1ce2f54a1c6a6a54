package dev.culvert.guest.runtime;

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
     * The call is over.
     *
     * @param text the result, or why there is none
     */
    record Ended(String callId, boolean ok, String text) implements ToolEvent {}

    /** Nothing was said for a while, and the work goes on. */
    record Waiting() implements ToolEvent {}
}
