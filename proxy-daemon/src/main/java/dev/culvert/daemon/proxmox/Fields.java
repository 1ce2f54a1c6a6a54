package dev.culvert.daemon.proxmox;

import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of an answer. Proxmox is written in Perl: a number may come as a text, and a truth is 0
 * or 1.
 *
 * @param nodes by their names
 */
public record Fields(Map<String, Node> nodes) {
    private static final int MOST_DIGITS = 30;
    public static final Fields NONE = new Fields(Map.of());

    /**
     * What {@link #json} wrote.
     *
     * @throws IOException one clause, when it is no object
     */
    public static Fields read(String json) throws IOException {
        return AnswerReader.read(json);
    }

    /** Only the members of these names. */
    public Fields only(Collection<String> names) {
        Map<String, Node> kept = new LinkedHashMap<>();
        nodes.forEach((name, node) -> {
            if (names.contains(name)) {
                kept.put(name, node);
            }
        });
        return new Fields(kept);
    }

    /** All but the members of these names. */
    public Fields without(Collection<String> names) {
        Map<String, Node> kept = new LinkedHashMap<>(nodes);
        kept.keySet().removeAll(names);
        return new Fields(kept);
    }

    /** These members, and those of {@code more}, which count where both have one. */
    public Fields with(Fields more) {
        Map<String, Node> all = new LinkedHashMap<>(nodes);
        all.putAll(more.nodes);
        return new Fields(all);
    }

    /** These members, and a text. */
    public Fields with(String name, String text) {
        return with(
                new Fields(
                        Map.of(name, new Node.Scalar(AnswerReader.HERE, Node.Form.STRING, text))));
    }

    /** As strict JSON. */
    public String json() {
        return new Node.Members(AnswerReader.HERE, nodes).json();
    }

    static Fields of(@Nullable Node node) {
        return node instanceof Node.Members(Position _, Map<String, Node> nodes)
                ? new Fields(nodes)
                : NONE;
    }

    static List<Fields> rows(@Nullable Node node) {
        return node instanceof Node.Items(Position _, List<Node> all)
                ? all.stream().filter(Node.Members.class::isInstance).map(Fields::of).toList()
                : List.of();
    }

    /** As a text; null if it is missing, null, a list or an object. */
    public @Nullable String text(String name) {
        return nodes.get(name) instanceof Node.Scalar scalar && scalar.form() != Node.Form.NULL
                ? scalar.text()
                : null;
    }

    /** As a text; empty if there is none. */
    public String textOr(String name, String byDefault) {
        String text = text(name);
        return text == null ? byDefault : text;
    }

    /** As a whole number, cut; the default if it is none. */
    public long number(String name, long byDefault) {
        BigDecimal number = decimal(name);
        return number == null
                        || number.precision() - number.scale() > 18
                        || number.scale() > MOST_DIGITS
                ? byDefault
                : number.longValue();
    }

    /** As a number; the default if it is none. */
    public double fraction(String name, double byDefault) {
        BigDecimal number = decimal(name);
        double value = number == null ? byDefault : number.doubleValue();
        return Double.isFinite(value) ? value : byDefault;
    }

    private @Nullable BigDecimal decimal(String name) {
        String text = text(name);
        if (text == null || text.length() > MOST_DIGITS) {
            return null;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /** Whether it is true: 1, yes, on or true. */
    public boolean is(String name) {
        return switch (textOr(name, "")) {
            case "1", "true", "yes", "on" -> true;
            default -> false;
        };
    }

    public boolean has(String name) {
        return nodes.containsKey(name);
    }

    /** An object within; an empty one if there is none. */
    public Fields fields(String name) {
        return of(nodes.get(name));
    }

    /** A list of objects within; an empty one if there is none. */
    public List<Fields> rows(String name) {
        return rows(nodes.get(name));
    }
}
