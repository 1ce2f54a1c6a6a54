package dev.culvert.value;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** Writes a tree as JSON. */
final class ValueWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");

    private ValueWriter() {}

    static String compact(Value value) {
        return write(value, false);
    }

    static String pretty(Value value) {
        return write(value, true);
    }

    private static String write(Value value, boolean pretty) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            if (pretty) {
                json.setPrettyPrinter(printer());
            }
            write(value, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter has none
        }
        return text.toString();
    }

    /**
     * As most tools print it: {@code "name": value}, and empty lists and objects without blanks.
     */
    private static DefaultPrettyPrinter printer() {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter(
                        Separators.createDefaultInstance()
                                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                                .withObjectEmptySeparator("")
                                .withArrayEmptySeparator(""));
        printer.indentArraysWith(INDENT);
        printer.indentObjectsWith(INDENT);
        return printer;
    }

    private static void write(Value value, JsonGenerator json) throws IOException {
        switch (value) {
            case Value.Members object -> {
                json.writeStartObject();
                for (Map.Entry<String, Value> member : object.members().entrySet()) {
                    json.writeFieldName(member.getKey());
                    write(member.getValue(), json);
                }
                json.writeEndObject();
            }
            case Value.Items list -> {
                json.writeStartArray();
                for (Value item : list.items()) {
                    write(item, json);
                }
                json.writeEndArray();
            }
            case Value.Text text -> json.writeString(text.text());
            case Value.Digits digits -> json.writeNumber(digits.digits());
            case Value.Truth truth -> json.writeBoolean(truth.truth());
            case Value.Nothing _ -> json.writeNull();
        }
    }
}
