package dev.culvert.daemon.flows;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import dev.culvert.settings.Position;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds the parameters of a step to the description of its kind. */
final class ParamCheck {
    /** What is known of a value before it is there. */
    interface Types {
        @Nullable Set<String> of(Reference reference);
    }

    private final Reading reading;
    private final Types types;

    ParamCheck(Reading reading, Types types) {
        this.reading = reading;
        this.types = types;
    }

    void check(StepKind kind, Node.Members params) {
        reading.checkNames(
                kind.name(), params.nodes(), kind.params().stream().map(Param::name).toList());
        for (Param param : kind.params()) {
            Node node = params.nodes().get(param.name());
            if (node != null) {
                check(kind.name() + "." + param.name(), node, param.schema());
            } else if (param.isRequired()) {
                reading.report(
                        params.position(),
                        "%s needs '%s': %s"
                                .formatted(kind.name(), param.name(), param.description()));
            }
        }
        kind.refuses(params).ifPresent(why -> reading.report(params.position(), why));
    }

    private void check(String name, Node node, Schema schema) {
        Reference reference = Template.only(node);
        if (reference != null) {
            Set<String> known = types.of(reference);
            if (known != null
                    && !schema.types().isEmpty()
                    && schema.types().stream().noneMatch(known::contains)) {
                report(
                        node.position(),
                        "%s takes %s, and ${%s} is %s"
                                .formatted(
                                        name,
                                        Reading.typeNames(schema.types()),
                                        reference,
                                        Reading.typeNames(known)));
            }
            return;
        }
        if (!schema.types().isEmpty()
                && schema.types().stream().noneMatch(Values.types(node)::contains)) {
            report(
                    node.position(),
                    "%s is %s: it must be of type %s"
                            .formatted(
                                    name, Reading.shown(node), Reading.typeNames(schema.types())));
        } else if (node instanceof Node.Scalar scalar && !Template.isOpen(scalar)) {
            check(name, scalar, schema);
        } else if (node instanceof Node.Items items && schema.items() != null) {
            for (int i = 0; i < items.nodes().size(); i++) {
                check(name + "[" + i + "]", items.nodes().get(i), schema.items());
            }
        }
    }

    private void check(String name, Node.Scalar scalar, Schema schema) {
        List<String> values = schema.values();
        if (!values.isEmpty() && scalar.form() == Form.STRING && !values.contains(scalar.text())) {
            report(
                    scalar.position(),
                    "%s is %s: it takes %s%s"
                            .formatted(
                                    name,
                                    Reading.shown(scalar),
                                    String.join(", ", values),
                                    Spelling.question(scalar.text(), values)));
        }
        Schema.Range range = schema.range();
        if (range != null && scalar.form() == Form.NUMBER) {
            double number = Double.parseDouble(scalar.text());
            if (number < range.least() || number > range.most()) {
                report(
                        scalar.position(),
                        "%s is %s: it takes %d to %d"
                                .formatted(
                                        name, Reading.shown(scalar), range.least(), range.most()));
            }
        }
    }

    private void report(Position where, String sentence) {
        reading.report(where, sentence);
    }

    /** Why parameters with their values are not what the kind takes; null if they are. */
    static @Nullable String check(StepKind kind, Node.Members params, String step) {
        Reading reading = new Reading();
        new ParamCheck(reading, _ -> null).checkFilled(kind, params);
        return reading.mistakes().isEmpty()
                ? null
                : "the parameters of the step '%s' are not right: %s"
                        .formatted(step, reading.mistakes().getFirst().sentence());
    }

    /** A value may look like a reference: it is none. */
    private void checkFilled(StepKind kind, Node.Members params) {
        for (Param param : kind.params()) {
            Node node = params.nodes().get(param.name());
            if (node != null && !param.schema().types().isEmpty()) {
                Set<String> is = Values.types(node);
                if (param.schema().types().stream().noneMatch(is::contains)) {
                    report(
                            node.position(),
                            "%s.%s is %s: it must be of type %s"
                                    .formatted(
                                            kind.name(),
                                            param.name(),
                                            Reading.shown(node),
                                            Reading.typeNames(param.schema().types())));
                } else if (node instanceof Node.Scalar scalar) {
                    check(kind.name() + "." + param.name(), scalar, param.schema());
                }
            }
        }
    }
}
