package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import dev.culvert.settings.Position;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** JSON values that a program makes. */
public final class Values {
    private static final Position HERE = Position.of("value");

    public static final Node NULL = new Node.Scalar(HERE, Form.NULL, "null");

    private Values() {}

    public static Node text(String text) {
        return new Node.Scalar(HERE, Form.STRING, text);
    }

    public static Node number(long number) {
        return new Node.Scalar(HERE, Form.NUMBER, Long.toString(number));
    }

    public static Node bool(boolean is) {
        return new Node.Scalar(HERE, Form.BOOLEAN, Boolean.toString(is));
    }

    public static Node items(List<? extends Node> items) {
        return new Node.Items(HERE, List.copyOf(items));
    }

    public static Node.Members members(Map<String, ? extends Node> members) {
        return new Node.Members(HERE, new LinkedHashMap<>(members));
    }

    /** The types that JSON Schema has for a value. */
    static Set<String> types(Node node) {
        return switch (node) {
            case Node.Items _ -> Set.of("array");
            case Node.Members _ -> Set.of("object");
            case Node.Scalar scalar ->
                    switch (scalar.form()) {
                        case STRING, PLAIN -> Set.of("string");
                        case NUMBER ->
                                scalar.text().matches("-?\\d+")
                                        ? Set.of("integer", "number")
                                        : Set.of("number");
                        case BOOLEAN -> Set.of("boolean");
                        case NULL -> Set.of("null");
                    };
        };
    }

    /** Whether two values are the same; the order of members does not count. */
    static boolean isSame(Node one, Node other) {
        return canonical(one).equals(canonical(other));
    }

    /** SHA-256 of a value, in hexadecimal digits; the order of members does not count. */
    static String digest(Node value) {
        return digest(canonical(value));
    }

    static String digest(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String canonical(Node node) {
        return switch (node) {
            case Node.Scalar scalar -> scalar.json();
            case Node.Items items ->
                    "["
                            + String.join(
                                    ",", items.nodes().stream().map(Values::canonical).toList())
                            + "]";
            case Node.Members members ->
                    "{"
                            + String.join(
                                    ",",
                                    members.nodes().entrySet().stream()
                                            .sorted(Map.Entry.comparingByKey())
                                            .map(it ->
                                                    Node.quote(it.getKey())
                                                            + ":"
                                                            + canonical(it.getValue()))
                                            .toList())
                            + "}";
        };
    }
}
