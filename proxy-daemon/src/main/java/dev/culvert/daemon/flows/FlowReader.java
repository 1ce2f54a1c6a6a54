package dev.culvert.daemon.flows;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Mistake;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a flow: JSON with comments. Finds all mistakes before anything runs. */
public final class FlowReader {
    /** What every step may have, besides its kind. */
    static final Set<String> MEMBERS_OF_A_STEP =
            Set.of("needs", "when", "each", "timeout", "retry", "cache", "finally", "description");

    static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    static final String NAMES =
            "up to 64 letters, digits, '_' and '-', of which the first is no digit and no '-'";

    static final List<String> MEMBERS =
            List.of("name", "description", "inputs", "steps", "outputs", "$schema");
    static final List<String> TYPES =
            List.of("string", "integer", "number", "boolean", "object", "array");
    static final List<String> INPUT = List.of("type", "default", "env", "description");

    private final StepKinds kinds;
    private final FlowSettings settings;
    private final Reading reading = new Reading();
    private final Map<String, Flow.Input> inputs = new LinkedHashMap<>();

    private FlowReader(StepKinds kinds, FlowSettings settings) {
        this.kinds = kinds;
        this.settings = settings;
    }

    /**
     * Reads and checks.
     *
     * @param file its name, for messages
     * @throws BadSettingsException with every mistake, each with its line and column
     */
    public static Flow read(String file, String text, StepKinds kinds, FlowSettings settings)
            throws BadSettingsException {
        FlowReader reader = new FlowReader(kinds, settings);
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        Node root = Jsonc.read(file, text, reader.reading.mistakes());
        if (bytes > settings.maxFileBytes()) {
            reader.reading.report(
                    root.position(),
                    "the flow has %d bytes: there may be %d (flows.max_file_bytes)"
                            .formatted(bytes, settings.maxFileBytes()));
        }
        Flow flow = reader.flow(file, text, root);
        List<Mistake> mistakes = reader.reading.mistakes();
        if (!mistakes.isEmpty()) {
            throw new BadSettingsException(mistakes);
        }
        return flow;
    }

    private Flow flow(String file, String text, Node root) {
        Map<String, Node> members = reading.members("a flow", root);
        reading.checkNames("a flow", members, MEMBERS);
        String name = reading.text(members, "name");
        if (name == null && !members.containsKey("name")) {
            reading.report(root.position(), "name is missing: give the flow a name");
        } else if (name != null && !NAME.matcher(name).matches()) {
            reading.report(position(members, "name", root), "name must be " + NAMES);
        }
        String description = reading.text(members, "description");
        section(members, "inputs").forEach(this::input);
        Map<String, Node> steps = section(members, "steps");
        if (steps.isEmpty()) {
            reading.report(
                    position(members, "steps", root),
                    "steps is empty: a flow has at least one step");
        } else if (steps.size() > settings.maxSteps()) {
            reading.report(
                    position(members, "steps", root),
                    "there are %d steps: there may be %d (flows.max_steps)"
                            .formatted(steps.size(), settings.maxSteps()));
            steps = Map.of();
        }
        Map<String, Node> outputs = section(members, "outputs");
        ReferenceCheck references = new ReferenceCheck(kinds, settings, reading, inputs, steps);
        Map<String, Flow.Step> read =
                new StepReader(kinds, settings, reading, references).read(steps);
        outputs.forEach((output, node) -> {
            checkName("the output", output, node);
            references.check(node, null);
        });
        new GraphCheck(reading, steps, read).check();
        return new Flow(
                file,
                text,
                name == null ? "" : name,
                description == null ? "" : description,
                inputs,
                read,
                outputs);
    }

    private static Position position(Map<String, Node> members, String name, Node otherwise) {
        Node node = members.get(name);
        return node == null ? otherwise.position() : node.position();
    }

    private Map<String, Node> section(Map<String, Node> members, String name) {
        Node node = members.get(name);
        return node == null ? Map.of() : reading.members(name, node);
    }

    private void checkName(String what, String name, Node node) {
        if (!NAME.matcher(name).matches()) {
            reading.report(
                    node.position(),
                    what + " '" + name + "' has a wrong name: it must be " + NAMES);
        }
    }

    private void input(String name, Node node) {
        checkName("the input", name, node);
        Map<String, Node> members = reading.members("the input '" + name + "'", node);
        reading.checkNames("an input", members, INPUT);
        String type = reading.text(members, "type");
        if (!members.containsKey("type")) {
            reading.report(
                    node.position(),
                    "the input '" + name + "' has no type: give it one of " + TYPES);
        } else if (type != null && !TYPES.contains(type)) {
            reading.unknown(
                    position(members, "type", node),
                    "there is no type '" + type + "'",
                    type,
                    TYPES);
        }
        Node byDefault = members.get("default");
        if (byDefault != null && type != null && !Values.types(byDefault).contains(type)) {
            reading.report(
                    byDefault.position(),
                    "the default of '%s' is %s: its type is %s"
                            .formatted(name, Reading.shown(byDefault), type));
        }
        String env = reading.text(members, "env");
        if (env != null) {
            checkVariable(position(members, "env", node), env);
        }
        String description = reading.text(members, "description");
        inputs.put(
                name,
                new Flow.Input(
                        name,
                        type == null ? List.of() : List.of(type),
                        byDefault,
                        env,
                        description == null ? "" : description));
    }

    private void checkVariable(Position where, String name) {
        checkVariable(reading, settings, where, name);
    }

    static void checkVariable(
            Reading reading, FlowSettings settings, Position where, @Nullable String name) {
        if (name != null && !settings.env().contains(name)) {
            reading.report(
                    where,
                    "the variable '%s' may not be read: flows.env of the daemon's settings lists those that flows may read"
                            .formatted(name));
        }
    }
}
