package dev.culvert.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Reads texts of JSON with comments and trailing commas that are no settings. */
public final class Jsonc {
    private Jsonc() {}

    /**
     * The one value of {@code text}.
     *
     * @param name of the file, for messages
     * @param duplicates gets the names that appear twice in an object; of these, the last counts
     * @throws BadSettingsException when it is not JSON
     */
    public static Node read(String name, String text, Collection<Mistake> duplicates)
            throws BadSettingsException {
        return JsoncReader.node(name, text, duplicates);
    }

    /**
     * The same of a text that a program wrote.
     *
     * @throws IllegalArgumentException when it is not JSON
     */
    public static Node read(String text) {
        List<Mistake> duplicates = new ArrayList<>();
        try {
            return JsoncReader.node("value", text, duplicates);
        } catch (BadSettingsException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
