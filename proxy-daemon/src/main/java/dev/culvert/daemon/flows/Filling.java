package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts values into what a step says, and notes which these were. */
final class Filling implements Template.Lookup {
    private static final int SHOWN = 200;

    private final Template.Lookup known;
    private final boolean lenient;
    private final Map<String, StepRecord.Given> lineage = new LinkedHashMap<>();

    Filling(Template.Lookup known, boolean lenient) {
        this.known = known;
        this.lenient = lenient;
    }

    @Override
    public @Nullable Node find(Reference reference) {
        Node value = known.find(reference);
        lineage.put(
                reference.toString(), given(value == null ? Values.NULL : value, reference.root()));
        return value;
    }

    /** Values of variables are not shown: a variable may be secret. */
    private static StepRecord.Given given(Node value, Reference.Root root) {
        String text = root == Reference.Root.ENV ? "" : value.json();
        return new StepRecord.Given(
                Values.digest(value),
                text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
    }

    Node fill(Node node) throws Template.MissingException {
        return Template.fill(node, this, lenient);
    }

    /** What the values were, and what the file says. */
    Map<String, StepRecord.Given> lineage(Flow.Step step) {
        Map<String, StepRecord.Given> all = new LinkedHashMap<>(lineage);
        String text =
                String.join(
                        "\n",
                        step.kind().name(),
                        step.params().json(),
                        String.valueOf(step.when()),
                        step.each() == null ? "" : step.each().items().json());
        all.put(StepRecord.DEFINITION, new StepRecord.Given(Values.digest(text), ""));
        return all;
    }
}
