package dev.culvert.daemon.operations;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;

/**
 * What an operation takes.
 *
 * @param description one sentence without an end
 */
public record Parameter(
        String name, Place place, Schema schema, boolean isRequired, String description) {

    /** Where a request has it. */
    public enum Place {
        PATH,
        QUERY,

        /** A member of the JSON object that is the body. */
        BODY;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Parameter path(String name, String description) {
        return new Parameter(name, Place.PATH, Schema.TEXT, true, description);
    }

    static Parameter path(String name, Schema schema, String description) {
        return new Parameter(name, Place.PATH, schema, true, description);
    }

    static Parameter query(String name, Schema schema, String description) {
        return new Parameter(name, Place.QUERY, schema, false, description);
    }

    static Parameter body(String name, Schema schema, String description) {
        return new Parameter(name, Place.BODY, schema, false, description);
    }

    Parameter required() {
        return new Parameter(name, place, schema, true, description);
    }

    /** Writes it as a property of a JSON Schema. */
    void write(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        schema.write(json);
        json.writeStringField("description", description);
        json.writeStringField("x-in", place.label());
        json.writeEndObject();
    }
}
