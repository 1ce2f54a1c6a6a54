package dev.culvert.guest.runtime;

import org.jspecify.annotations.Nullable;

/**
 * How a complete answer ended.
 *
 * @param finishReason as the runtime put it, null where it gave none
 * @param usageJson the runtime's {@code usage} object, untouched, null where it gave none
 */
public record GenerationEnd(@Nullable String finishReason, @Nullable String usageJson) {}
