package dev.culvert.daemon.flows;

import dev.culvert.about.Spelling;
import dev.culvert.io.Quoted;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a run is given. */
final class Inputs {
    private Inputs() {}

    /**
     * Holds what was given to what the flow takes, and adds what variables have: the run goes on
     * with these, also in a daemon that has others. A text that is given for another type is read
     * as JSON.
     *
     * @throws IllegalArgumentException a sentence, when they are not what it takes
     */
    static Map<String, Node> check(Flow flow, Map<String, Node> given, RunMeans means) {
        Map<String, Node> checked = new LinkedHashMap<>();
        given.forEach((name, node) -> {
            Flow.Input input = flow.inputs().get(name);
            if (input == null) {
                throw new IllegalArgumentException(
                        "The flow '%s' has no input '%s'%s."
                                .formatted(
                                        flow.name(),
                                        Quoted.word(name),
                                        Spelling.question(name, flow.inputs().keySet())));
            }
            checked.put(name, typed(input, node));
        });
        for (Flow.Input input : flow.inputs().values()) {
            Node value = checked.get(input.name());
            if (value == null) {
                value = ofVariable(input, means);
            }
            if (value != null) {
                checked.put(input.name(), value);
            } else if (input.byDefault() == null) {
                throw new IllegalArgumentException(
                        "The flow '%s' needs the input '%s' (%s)%s: give it, for example with --input %s=…."
                                .formatted(
                                        flow.name(),
                                        input.name(),
                                        String.join(" or ", input.types()),
                                        input.description().isEmpty()
                                                ? ""
                                                : ", " + input.description(),
                                        input.name()));
            }
        }
        return checked;
    }

    private static Node typed(Flow.Input input, Node given) {
        Node node = given;
        if (given instanceof Node.Scalar scalar
                && scalar.form() == Form.STRING
                && !input.types().contains("string")) {
            try {
                node = Jsonc.read(scalar.text());
            } catch (IllegalArgumentException _) {
                // refused below
            }
        }
        Set<String> types = Values.types(node);
        if (input.types().stream().noneMatch(types::contains)) {
            throw new IllegalArgumentException(
                    "The input '%s' is %s: its type is %s."
                            .formatted(
                                    input.name(),
                                    Quoted.sentence(Reading.shown(given)),
                                    String.join(" or ", input.types())));
        }
        return node;
    }

    /**
     * The value of each input that has one.
     *
     * @param given as {@link #check} returned them
     */
    static Map<String, Node> values(Flow flow, Map<String, Node> given) {
        Map<String, Node> values = new LinkedHashMap<>();
        for (Flow.Input input : flow.inputs().values()) {
            Node value = given.getOrDefault(input.name(), input.byDefault());
            if (value != null) {
                values.put(input.name(), value);
            }
        }
        return values;
    }

    /** The variable's value; null if it is not set, or empty where no text is taken. */
    private static @Nullable Node ofVariable(Flow.Input input, RunMeans means) {
        String name = input.env();
        String text = name == null ? null : means.env().apply(name);
        if (text == null || (text.isBlank() && !input.types().contains("string"))) {
            return null;
        }
        try {
            return typed(input, Values.text(text));
        } catch (IllegalArgumentException _) { // its sentence has the value, which may be secret
            throw new IllegalArgumentException(
                    "The input '%s' takes the variable %s of the daemon, and its type is %s, which the variable's value is not: set another value, or give the input."
                            .formatted(input.name(), name, String.join(" or ", input.types())));
        }
    }
}
