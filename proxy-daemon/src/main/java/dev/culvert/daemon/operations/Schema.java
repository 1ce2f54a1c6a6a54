package dev.culvert.daemon.operations;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values that a parameter takes: as much of JSON Schema as operations need.
 *
 * @param types as JSON Schema names them; none if any value will do
 * @param values the only ones; none if others will do, too
 * @param items what an array consists of; null for what is no array
 * @param range of a number; null for any number
 */
public record Schema(
        List<String> types, List<String> values, @Nullable Schema items, @Nullable Range range) {
    public static final Schema ANY = new Schema(List.of(), List.of(), null, null);
    public static final Schema TEXT = of("string");
    public static final Schema OBJECT = of("object");
    public static final Schema BOOLEAN = of("boolean");

    /** From {@code least} to {@code most}, both included. */
    public record Range(long least, long most) {}

    public Schema {
        types = List.copyOf(types);
        values = List.copyOf(values);
    }

    static Schema of(String type) {
        return new Schema(List.of(type), List.of(), null, null);
    }

    public static Schema number(long least, long most) {
        return new Schema(List.of("integer"), List.of(), null, new Range(least, most));
    }

    public static Schema oneOf(List<String> values) {
        return new Schema(TEXT.types, values, null, null);
    }

    public static Schema listOf(Schema items) {
        return new Schema(List.of("array"), List.of(), items, null);
    }

    public Schema orNull() {
        List<String> more = new ArrayList<>(types);
        more.add("null");
        return new Schema(more, values, items, range);
    }

    /** Writes the members of the object that is the schema. */
    public void write(JsonGenerator json) throws IOException {
        if (types.size() == 1) {
            json.writeStringField("type", types.getFirst());
        } else if (!types.isEmpty()) {
            writeTexts(json, "type", types);
        }
        if (!values.isEmpty()) {
            writeTexts(json, "enum", values);
        }
        if (items != null) {
            json.writeObjectFieldStart("items");
            items.write(json);
            json.writeEndObject();
        }
        if (range != null) {
            json.writeNumberField("minimum", range.least());
            json.writeNumberField("maximum", range.most());
        }
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
