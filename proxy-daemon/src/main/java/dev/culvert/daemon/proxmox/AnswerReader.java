package dev.culvert.daemon.proxmox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.json.JsonParsers;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import dev.culvert.settings.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON of an answer, within the limits of a frame. */
final class AnswerReader {
    static final Position HERE = Position.of("answer");
    private static final Node NULL = new Node.Scalar(HERE, Form.NULL, "null");

    private final JsonParser parser;

    private AnswerReader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * The object that an answer is.
     *
     * @throws IOException when it is none
     */
    static Fields read(String body) throws IOException {
        try (JsonParser parser = JsonParsers.of(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is no JSON object");
            }
            Fields fields = Fields.of(new AnswerReader(parser).node());
            if (parser.nextToken() != null) {
                throw new IOException("there is something after its end");
            }
            return fields;
        }
    }

    /** The value of {@code data}, which every answer has that did not fail. */
    static Node data(Fields answer) {
        return answer.nodes().getOrDefault("data", NULL);
    }

    private Node node() throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> members();
            case START_ARRAY -> items();
            case VALUE_STRING -> scalar(Form.STRING);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(Form.NUMBER);
            case VALUE_TRUE, VALUE_FALSE -> scalar(Form.BOOLEAN);
            case VALUE_NULL -> NULL;
            case null, default -> throw new IOException("it ends too early");
        };
    }

    private Node members() throws IOException {
        Map<String, Node> nodes = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            nodes.put(name, node());
        }
        return new Node.Members(HERE, nodes);
    }

    private Node items() throws IOException {
        List<Node> nodes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            nodes.add(node());
        }
        return new Node.Items(HERE, nodes);
    }

    private Node scalar(Form form) throws IOException {
        return new Node.Scalar(HERE, form, parser.getText());
    }
}
