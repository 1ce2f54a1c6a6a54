package dev.culvert.daemon.operations;

import java.util.Locale;

/**
 * What an operation takes.
 *
 * @param type as JSON Schema names it
 */
public record Parameter(
        String name, Place place, String type, boolean isRequired, String description) {

    /** Where a request has it. */
    public enum Place {
        PATH,
        QUERY,
        BODY;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Parameter path(String name, String description) {
        return new Parameter(name, Place.PATH, "string", true, description);
    }

    static Parameter query(String name, String type, String description) {
        return new Parameter(name, Place.QUERY, type, false, description);
    }

    static Parameter body(String name, String type, String description) {
        return new Parameter(name, Place.BODY, type, false, description);
    }

    Parameter required() {
        return new Parameter(name, place, type, true, description);
    }
}
