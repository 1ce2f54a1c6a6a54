package dev.culvert.settings;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a section was asked for. */
sealed interface Entry {

    /** The sections that stand in it. */
    List<Section> sections();

    /**
     * A setting in force.
     *
     * @param json its value, null for a secret and for what is not set
     * @param position who set it; null for a default
     * @param elements of a list that was set, as the record got them
     */
    record Value(String json, boolean secret, @Nullable Position position, List<Element> elements)
            implements Entry {
        @Override
        public List<Section> sections() {
            return List.of();
        }
    }

    /**
     * One value of a list.
     *
     * @param index its place in what was said; elements before it may have been refused
     */
    record Element(int index, Position position) {}

    /** A section within the section. */
    record Child(Section section) implements Entry {
        @Override
        public List<Section> sections() {
            return List.of(section);
        }
    }

    /**
     * A list of sections.
     *
     * @param kept those that were not refused, as the record got them
     */
    record Children(@Nullable Position position, List<Section> all, List<Section> kept)
            implements Entry {
        Children(@Nullable Position position, List<Section> all) {
            this(position, all, new ArrayList<>());
        }

        @Override
        public List<Section> sections() {
            return all;
        }
    }
}
