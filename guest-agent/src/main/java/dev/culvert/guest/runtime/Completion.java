package dev.culvert.guest.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one chunk, or one plain chat completion, says about its first choice.
 *
 * @param hasChoices false for what is no completion at all, and for the last chunk, which has the
 *     usage only
 * @param toolCallsJson the array, as it was written; null where {@code toolCalls} is empty
 * @param error the runtime's sentence when it broke off with an error, else null
 */
record Completion(
        boolean hasChoices,
        String text,
        List<ToolCallPart> toolCalls,
        @Nullable String toolCallsJson,
        @Nullable String finishReason,
        @Nullable String usageJson,
        @Nullable String error) {

    /**
     * One element of a {@code tool_calls} array.
     *
     * @param index the element's place in the array where it names none
     * @param id empty where it names none
     * @param name a piece of the name, or all of it again, or empty
     */
    record ToolCallPart(int index, String id, String name, boolean hasArguments) {}
}
