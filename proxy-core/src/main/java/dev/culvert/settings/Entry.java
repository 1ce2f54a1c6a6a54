package dev.culvert.settings;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key that a section was asked for. */
sealed interface Entry {

    /** The sections in it. */
    List<Section> sections();

    /**
     * A setting in force.
     *
     * @param takes what its values are
     * @param json its value; null for a secret, and if it is not set
     * @param position where it was set; null for a default
     * @param elements those of a list that was set, as the record got them
     */
    record Value(
            String takes,
            String json,
            boolean secret,
            @Nullable Position position,
            List<Element> elements)
            implements Entry {
        @Override
        public List<Section> sections() {
            return List.of();
        }
    }

    /**
     * One value of a list.
     *
     * @param index in the list that was given; elements before it may have been refused
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
