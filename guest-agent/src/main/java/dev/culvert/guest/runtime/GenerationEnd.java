package dev.culvert.guest.runtime;

import org.jspecify.annotations.Nullable;

/**
 * How a complete answer ended.
 *
 * @param finishReason in OpenAI's words; null if it gave none
 * @param usageJson the token counts, an object in OpenAI's form; null if the runtime gave none
 * @param anthropicJson the end in the words of an Anthropic-shaped runtime; null for any other
 */
public record GenerationEnd(
        @Nullable String finishReason, @Nullable String usageJson, @Nullable String anthropicJson) {
    public GenerationEnd(@Nullable String finishReason, @Nullable String usageJson) {
        this(finishReason, usageJson, null);
    }
}
