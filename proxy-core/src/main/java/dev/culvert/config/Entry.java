package dev.culvert.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a section was asked for. */
sealed interface Entry {

    /**
     * A setting in force.
     *
     * @param json its value, null for a secret and for what is not set
     * @param origin who set it; null for a default
     */
    record Value(String json, boolean secret, @Nullable Origin origin) implements Entry {}

    /** A section within the section. */
    record Child(Section section) implements Entry {}

    /**
     * A list of sections.
     *
     * @param kept those that were not refused, as the record got them
     */
    record Children(@Nullable Origin origin, List<Section> all, List<Section> kept)
            implements Entry {
        Children(@Nullable Origin origin, List<Section> all) {
            this(origin, all, new ArrayList<>());
        }
    }
}
