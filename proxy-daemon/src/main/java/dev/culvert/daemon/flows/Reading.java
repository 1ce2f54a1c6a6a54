package dev.culvert.daemon.flows;

import dev.culvert.about.Spelling;
import dev.culvert.about.Units;
import dev.culvert.settings.Mistake;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import dev.culvert.settings.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The mistakes that were found in a file, and what each value of it has to be. */
final class Reading {
    private static final int MOST_MISTAKES = 200;
    private static final int SHOWN = 60;
    private static final int SHORT = 5;
    private static final int MOST_NAMES = 20;

    private final List<Mistake> mistakes = new ArrayList<>();

    List<Mistake> mistakes() {
        return mistakes;
    }

    void report(Position where, String sentence) {
        if (mistakes.size() < MOST_MISTAKES) {
            mistakes.add(new Mistake(where, sentence));
        }
    }

    void report(Mistake mistake) {
        report(mistake.position(), mistake.sentence());
    }

    /** The members of an object; none, and a mistake, if it is something else. */
    Map<String, Node> members(String name, Node node) {
        if (node instanceof Node.Members members) {
            return members.nodes();
        }
        report(node.position(), name + " must be an object: { … }");
        return Map.of();
    }

    /** Reports what is not among {@code known}. */
    void checkNames(String where, Map<String, Node> members, Collection<String> known) {
        members.forEach((name, node) -> {
            if (!known.contains(name)) {
                unknown(node.position(), where + " has no member '" + name + "'", name, known);
            }
        });
    }

    /** Something that does not exist, with what may have been meant. */
    void unknown(Position where, String what, String name, Collection<String> known) {
        String hint =
                Spelling.nearest(name, known, name.length() < SHORT ? 1 : name.length() / 3)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElseGet(() -> thereAre(known));
        report(where, what + ": " + hint);
    }

    private static String thereAre(Collection<String> known) {
        if (known.size() <= 1) {
            return known.isEmpty() ? "there is none" : "there is " + known.iterator().next();
        }
        String more = known.size() > MOST_NAMES ? " and others" : "";
        return "there are " + String.join(", ", known.stream().limit(MOST_NAMES).toList()) + more;
    }

    /** The text of a member; null if it is missing, or is something else. */
    @Nullable String text(Map<String, Node> members, String name) {
        Node node = members.get(name);
        if (node instanceof Node.Scalar scalar && scalar.form() == Form.STRING) {
            return scalar.text();
        }
        refuse(node, name, "a text in quotes");
        return null;
    }

    boolean bool(Map<String, Node> members, String name) {
        Node node = members.get(name);
        if (node instanceof Node.Scalar scalar && scalar.form() == Form.BOOLEAN) {
            return scalar.text().equals("true");
        }
        refuse(node, name, "true or false");
        return false;
    }

    /** A whole number within these bounds. */
    int number(Map<String, Node> members, String name, int byDefault, int least, int most) {
        Node node = members.get(name);
        if (node instanceof Node.Scalar scalar && scalar.form() == Form.NUMBER) {
            try {
                int number = Integer.parseInt(scalar.text());
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException _) {
                // refused below
            }
        }
        refuse(node, name, "a whole number from " + least + " to " + most);
        return byDefault;
    }

    @Nullable Duration duration(Map<String, Node> members, String name) {
        Node node = members.get(name);
        if (node instanceof Node.Scalar scalar
                && (scalar.form() == Form.STRING || scalar.form() == Form.NUMBER)) {
            try {
                Duration duration = Units.duration(scalar.text());
                if (duration.isPositive()) {
                    return duration;
                }
            } catch (NumberFormatException _) {
                // refused below
            }
        }
        refuse(node, name, "a time such as \"500ms\", \"10s\" or \"1h\", over 0");
        return null;
    }

    /** The texts of a list. */
    List<Node.Scalar> texts(Map<String, Node> members, String name) {
        List<Node.Scalar> texts = new ArrayList<>();
        Node node = members.get(name);
        if (node instanceof Node.Items items) {
            for (Node item : items.nodes()) {
                if (item instanceof Node.Scalar scalar && scalar.form() == Form.STRING) {
                    texts.add(scalar);
                } else {
                    refuse(item, name, "a list of texts");
                }
            }
        } else {
            refuse(node, name, "a list of texts");
        }
        return texts;
    }

    private void refuse(@Nullable Node node, String name, String takes) {
        if (node != null) {
            report(node.position(), name + " is " + shown(node) + ": it must be " + takes);
        }
    }

    static String shown(Node node) {
        return switch (node) {
            case Node.Items _ -> "a list";
            case Node.Members _ -> "an object";
            case Node.Scalar scalar -> {
                String text = scalar.json();
                yield text.length() > SHOWN ? text.substring(0, SHOWN - 1) + "…" : text;
            }
        };
    }

    /** Such as {@code a text} or {@code a number or null}. */
    static String typeNames(Collection<String> types) {
        return String.join(" or ", Set.copyOf(types).stream().sorted().toList());
    }
}
