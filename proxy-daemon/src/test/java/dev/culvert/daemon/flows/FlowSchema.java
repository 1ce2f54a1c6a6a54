package dev.culvert.daemon.flows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.culvert.daemon.operations.Schema;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the JSON Schema of flow files, from what the reader and the kinds of steps take. */
public final class FlowSchema {
    private static final String PATTERN = "^" + FlowReader.NAME.pattern() + "$";
    private static final String REFERENCE = "#/$defs/reference";

    private final JsonGenerator json;
    private final StepKinds kinds;

    private FlowSchema(JsonGenerator json, StepKinds kinds) {
        this.json = json;
        this.kinds = kinds;
    }

    /** The whole file. */
    public static String of(StepKinds kinds) throws IOException {
        StringWriter text = new StringWriter();
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter()
                        .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                        .withSeparators(
                                Separators.createDefaultInstance()
                                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(printer);
            new FlowSchema(json, kinds).write();
        }
        return text + "\n";
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.writeStringField("title", "A flow of Culvert");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        for (String member : FlowReader.MEMBERS) {
            json.writeObjectFieldStart(member);
            switch (member) {
                case "name" -> {
                    json.writeStringField("type", "string");
                    json.writeStringField("pattern", PATTERN);
                }
                case "description", "$schema" -> json.writeStringField("type", "string");
                case "inputs" -> named("input");
                case "steps" -> {
                    named("step");
                    json.writeNumberField("minProperties", 1);
                }
                case "outputs" -> named(null);
                default -> throw new IllegalStateException("a flow has a new member " + member);
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        texts("required", List.of("name", "steps"));
        json.writeBooleanField("additionalProperties", false);
        json.writeObjectFieldStart("$defs");
        writeReference();
        writeInput();
        writeStep();
        for (StepKind kind : kinds.all()) {
            writeKind(kind);
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** An object by names, of values that are described elsewhere; null for any values. */
    private void named(@Nullable String values) throws IOException {
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("propertyNames");
        json.writeStringField("pattern", PATTERN);
        json.writeEndObject();
        if (values != null) {
            json.writeObjectFieldStart("additionalProperties");
            json.writeStringField("$ref", "#/$defs/" + values);
            json.writeEndObject();
        }
    }

    private void writeReference() throws IOException {
        json.writeObjectFieldStart("reference");
        json.writeStringField("type", "string");
        json.writeStringField("pattern", "\\$\\{");
        json.writeStringField(
                "description",
                "A reference such as ${inputs.NAME}, ${steps.STEP.MEMBER}, ${each.item} or"
                        + " ${env.NAME}");
        json.writeEndObject();
    }

    private void writeInput() throws IOException {
        json.writeObjectFieldStart("input");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        for (String member : FlowReader.INPUT) {
            json.writeObjectFieldStart(member);
            switch (member) {
                case "type" -> texts("enum", FlowReader.TYPES);
                case "env", "description" -> json.writeStringField("type", "string");
                case "default" -> {}
                default -> throw new IllegalStateException("an input has a new member " + member);
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        texts("required", List.of("type"));
        json.writeBooleanField("additionalProperties", false);
        json.writeEndObject();
    }

    private void writeStep() throws IOException {
        json.writeObjectFieldStart("step");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        for (StepKind kind : kinds.all()) {
            json.writeObjectFieldStart(kind.name());
            json.writeStringField("$ref", "#/$defs/kind_" + kind.name());
            json.writeEndObject();
        }
        for (String member : FlowReader.MEMBERS_OF_A_STEP.stream().sorted().toList()) {
            json.writeObjectFieldStart(member);
            writeMember(member);
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeBooleanField("additionalProperties", false);
        json.writeArrayFieldStart("oneOf");
        for (StepKind kind : kinds.all()) {
            json.writeStartObject();
            texts("required", List.of(kind.name()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeMember(String member) throws IOException {
        switch (member) {
            case "needs" -> Schema.listOf(Schema.TEXT).write(json);
            case "timeout", "cache", "description" -> Schema.TEXT.write(json);
            case "finally" -> Schema.BOOLEAN.write(json);
            case "when" -> {
                json.writeStringField("type", "object");
                json.writeObjectFieldStart("properties");
                json.writeObjectFieldStart("value");
                json.writeEndObject();
                for (String test : StepReader.TESTS) {
                    json.writeObjectFieldStart(test);
                    if (test.equals("exists")) {
                        Schema.BOOLEAN.write(json);
                    } else if (test.equals("in")) {
                        orReference(Schema.listOf(Schema.ANY));
                    }
                    json.writeEndObject();
                }
                json.writeEndObject();
                texts("required", List.of("value"));
                json.writeBooleanField("additionalProperties", false);
            }
            case "each" -> {
                json.writeArrayFieldStart("anyOf");
                json.writeStartObject();
                json.writeStringField("type", "array");
                json.writeEndObject();
                json.writeStartObject();
                json.writeStringField("$ref", REFERENCE);
                json.writeEndObject();
                json.writeStartObject();
                json.writeStringField("type", "object");
                json.writeObjectFieldStart("properties");
                json.writeObjectFieldStart("items");
                orReference(Schema.listOf(Schema.ANY));
                json.writeEndObject();
                json.writeObjectFieldStart("parallel");
                Schema.number(1, 10_000).write(json);
                json.writeEndObject();
                json.writeEndObject();
                texts("required", List.of("items"));
                json.writeBooleanField("additionalProperties", false);
                json.writeEndObject();
                json.writeEndArray();
            }
            case "retry" -> {
                json.writeStringField("type", "object");
                json.writeObjectFieldStart("properties");
                json.writeObjectFieldStart("attempts");
                Schema.number(1, StepReader.MOST_ATTEMPTS).write(json);
                json.writeEndObject();
                json.writeObjectFieldStart("backoff");
                Schema.TEXT.write(json);
                json.writeEndObject();
                json.writeEndObject();
                json.writeBooleanField("additionalProperties", false);
            }
            default -> throw new IllegalStateException("a step has a new member " + member);
        }
    }

    private void writeKind(StepKind kind) throws IOException {
        json.writeObjectFieldStart("kind_" + kind.name());
        json.writeStringField("description", kind.summary());
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        for (Param param : kind.params()) {
            json.writeObjectFieldStart(param.name());
            json.writeStringField("description", param.description());
            orReference(param.schema());
            json.writeEndObject();
        }
        json.writeEndObject();
        List<String> required =
                kind.params().stream().filter(Param::isRequired).map(Param::name).toList();
        if (!required.isEmpty()) {
            texts("required", required);
        }
        json.writeBooleanField("additionalProperties", false);
        json.writeEndObject();
    }

    /** A text may have references anyway. */
    private void orReference(Schema schema) throws IOException {
        boolean isText = schema.types().contains("string") && schema.values().isEmpty();
        if (isText || schema.types().isEmpty()) {
            schema.write(json);
            return;
        }
        json.writeArrayFieldStart("anyOf");
        json.writeStartObject();
        Schema items = schema.items();
        if (items != null) {
            json.writeStringField("type", "array");
            json.writeObjectFieldStart("items");
            orReference(items);
            json.writeEndObject();
        } else {
            schema.write(json);
        }
        json.writeEndObject();
        json.writeStartObject();
        json.writeStringField("$ref", REFERENCE);
        json.writeEndObject();
        json.writeEndArray();
    }

    private void texts(String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
