package dev.culvert.guest.runtime;

import org.jspecify.annotations.Nullable;

/**
 * How a complete answer ended.
 *
 * @param finishReason as the runtime gave it; null if it gave none
 * @param usageJson the runtime's {@code usage} object as it came; null if it gave none
 */
public record GenerationEnd(@Nullable String finishReason, @Nullable String usageJson) {}
