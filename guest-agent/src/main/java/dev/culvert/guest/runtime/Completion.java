package dev.culvert.guest.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one chunk, or one complete chat completion, says about its first choice.
 *
 * @param hasChoices false if it is not a completion, and for a last chunk that only has the usage
 * @param reasoning what the model thinks before it answers
 * @param toolCallsJson the array as the runtime wrote it; null if {@code toolCalls} is empty
 * @param error what the runtime said when it broke off with an error; else null
 */
record Completion(
        boolean hasChoices,
        String text,
        String reasoning,
        List<ToolCallPart> toolCalls,
        @Nullable String toolCallsJson,
        @Nullable String finishReason,
        @Nullable String usageJson,
        @Nullable String error) {

    /**
     * One element of a {@code tool_calls} array.
     *
     * @param index the position in the array if the element has no index
     * @param id empty if the element has none
     * @param name a piece of the name, or the whole name again, or empty
     */
    record ToolCallPart(int index, String id, String name, boolean hasArguments) {}
}
