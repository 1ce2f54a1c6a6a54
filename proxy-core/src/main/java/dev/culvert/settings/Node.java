package dev.culvert.settings;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a layer has for a key; the position of an object's member is that of its name. */
public sealed interface Node {

    Position position();

    /** As strict JSON. */
    String json();

    /** A text from a flag or the environment: it has no type and is read as whatever is wanted. */
    static Node plain(Position position, String text) {
        return new Scalar(position, Form.PLAIN, text);
    }

    /** The form in which a scalar was written. */
    enum Form {
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        PLAIN
    }

    /** A single value; the text of a string is without its quotes and escapes. */
    record Scalar(Position position, Form form, String text) implements Node {
        @Override
        public String json() {
            return switch (form) {
                case STRING, PLAIN -> quote(text);
                case NUMBER, BOOLEAN, NULL -> text;
            };
        }

        /** The list in a plain text: JSON, or the parts between its commas. */
        List<Node> parts(Collection<Mistake> duplicates) throws BadSettingsException {
            if (text.stripLeading().startsWith("[")) {
                return ((Items) JsoncReader.node(position.name(), text, duplicates)).nodes;
            }
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .map(part -> Node.plain(position, part))
                    .toList();
        }

        /* Sections have no variables of their own: CULVERT_HOME may be anybody's. */
        boolean saysNoSection() {
            return form == Form.NULL || form == Form.PLAIN;
        }
    }

    /** A list. */
    record Items(Position position, List<Node> nodes) implements Node {
        @Override
        public String json() {
            return nodes.stream().map(Node::json).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** An object. */
    record Members(Position position, Map<String, Node> nodes) implements Node {
        @Override
        public String json() {
            return nodes.entrySet().stream()
                    .map(member -> quote(member.getKey()) + ": " + member.getValue().json())
                    .collect(Collectors.joining(", ", "{", "}"));
        }

        /** The node at a path of dotted keys; the empty path is this object. */
        @Nullable Node at(String path) {
            Node node = this;
            for (String key : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
                node = node instanceof Members members ? members.nodes.get(key) : null;
                if (node == null) {
                    return null;
                }
            }
            return node;
        }
    }

    static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
