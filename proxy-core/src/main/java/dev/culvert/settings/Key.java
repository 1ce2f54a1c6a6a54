package dev.culvert.settings;

import org.jspecify.annotations.Nullable;

/**
 * One key of the settings, with its value in force.
 *
 * @param path such as {@code http.listen}, or {@code agents[0].id}
 * @param takes what its values are, such as {@code a whole number}
 * @param json its value; null for a secret, and if it is not set
 * @param setAt where it was set; null for a default
 */
public record Key(
        String path, String takes, String json, boolean secret, @Nullable Position setAt) {}
