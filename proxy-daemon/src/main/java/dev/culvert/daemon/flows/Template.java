package dev.culvert.daemon.flows;

import dev.culvert.settings.Mistake;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Texts with references in them, as they are written in a flow: {@code "to ${inputs.city}"}. */
/* A text that is one reference has the value of it, whatever type that is; else each value becomes part of the text. */
final class Template {
    /** What a run knows. */
    interface Lookup {
        /** The value; null if there is none. */
        @Nullable Node find(Reference reference);
    }

    /** A value is missing that a step needs. */
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1;

        MissingException(Reference reference) {
            super("${" + reference + "} has no value");
        }
    }

    /** Either a text or a reference. */
    private record Part(String text, @Nullable Reference reference) {}

    private Template() {}

    /** Finds all references within a value, and what looks like one and is none. */
    static void scan(Node node, Scan scan) {
        switch (node) {
            case Node.Scalar scalar when scalar.form() == Form.STRING -> {
                try {
                    List<Part> parts = parts(scalar.text());
                    for (Part part : parts) {
                        if (part.reference != null) {
                            scan.references.accept(new Found(scalar, part.reference));
                        }
                    }
                } catch (IllegalArgumentException e) {
                    scan.mistakes.accept(
                            new Mistake(scalar.position(), String.valueOf(e.getMessage())));
                }
            }
            case Node.Scalar _ -> {}
            case Node.Items items -> items.nodes().forEach(it -> scan(it, scan));
            case Node.Members members -> members.nodes().values().forEach(it -> scan(it, scan));
        }
    }

    /** Who is told of references and mistakes. */
    record Scan(Consumer<Found> references, Consumer<Mistake> mistakes) {}

    /** A reference, and the text that has it. */
    record Found(Node.Scalar where, Reference reference) {}

    /** The reference that the text consists of; null if it is any other text, or no reference. */
    static @Nullable Reference only(Node node) {
        if (node instanceof Node.Scalar scalar && scalar.form() == Form.STRING) {
            try {
                List<Part> parts = parts(scalar.text());
                return parts.size() == 1 ? parts.getFirst().reference : null;
            } catch (IllegalArgumentException _) {
                return null;
            }
        }
        return null;
    }

    /** Whether the text has a reference, so that its value is known only when it runs. */
    static boolean isOpen(Node.Scalar scalar) {
        return scalar.form() == Form.STRING && scalar.text().contains("${");
    }

    private static List<Part> parts(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("$${", at)) {
                plain.append("${");
                at += 3;
            } else if (text.startsWith("${", at)) {
                int end = text.indexOf('}', at);
                if (end < 0) {
                    throw new IllegalArgumentException(
                            "a reference has no end: write } after it, or $${ for the text ${");
                }
                if (!plain.isEmpty()) {
                    parts.add(new Part(plain.toString(), null));
                    plain.setLength(0);
                }
                parts.add(new Part("", Reference.parse(text.substring(at + 2, end))));
                at = end + 1;
            } else {
                plain.append(text.charAt(at++));
            }
        }
        if (!plain.isEmpty() || parts.isEmpty()) {
            parts.add(new Part(plain.toString(), null));
        }
        return parts;
    }

    /**
     * Puts values in the places of references.
     *
     * @param lenient whether null, or nothing within a text, takes the place of a missing value
     */
    static Node fill(Node node, Lookup lookup, boolean lenient) throws MissingException {
        return switch (node) {
            case Node.Scalar scalar when scalar.form() == Form.STRING ->
                    fill(scalar, lookup, lenient);
            case Node.Scalar scalar -> scalar;
            case Node.Items items -> {
                List<Node> filled = new ArrayList<>();
                for (Node each : items.nodes()) {
                    filled.add(fill(each, lookup, lenient));
                }
                yield new Node.Items(items.position(), filled);
            }
            case Node.Members members -> {
                Map<String, Node> filled = new LinkedHashMap<>();
                for (Map.Entry<String, Node> each : members.nodes().entrySet()) {
                    filled.put(each.getKey(), fill(each.getValue(), lookup, lenient));
                }
                yield new Node.Members(members.position(), filled);
            }
        };
    }

    private static Node fill(Node.Scalar scalar, Lookup lookup, boolean lenient)
            throws MissingException {
        List<Part> parts = parts(scalar.text());
        if (parts.size() == 1) {
            Part only = parts.getFirst();
            return only.reference == null
                    ? new Node.Scalar(scalar.position(), Form.STRING, only.text)
                    : value(only.reference, lookup, lenient);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (part.reference == null) {
                text.append(part.text);
            } else {
                text.append(asText(value(part.reference, lookup, lenient)));
            }
        }
        return new Node.Scalar(scalar.position(), Form.STRING, text.toString());
    }

    private static Node value(Reference reference, Lookup lookup, boolean lenient)
            throws MissingException {
        Node value = lookup.find(reference);
        if (value == null && !lenient) {
            throw new MissingException(reference);
        }
        return value == null ? Values.NULL : value;
    }

    private static String asText(Node value) {
        return value instanceof Node.Scalar scalar
                ? scalar.form() == Form.NULL ? "" : scalar.text()
                : value.json();
    }
}
