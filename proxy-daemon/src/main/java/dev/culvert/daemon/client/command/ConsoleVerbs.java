package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.console.Catalogue;
import dev.culvert.daemon.client.console.Commands;
import dev.culvert.daemon.client.console.Effect;
import dev.culvert.daemon.client.console.Entry;
import dev.culvert.daemon.client.console.Entry.Argument;
import dev.culvert.daemon.client.console.Entry.Effects;
import dev.culvert.daemon.client.console.Entry.Flag;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The verbs as the console needs them: described by their own flags and by the daemon. */
final class ConsoleVerbs implements Commands {
    private static final String CALL = "call";

    private final Session session;
    private final LoggedVerbs verbs;

    ConsoleVerbs(Session session, LoggedVerbs verbs) {
        this.session = session;
        this.verbs = verbs;
    }

    @Override
    public int run(Surroundings around, OutputListener listener, List<String> words) {
        return verbs.run(around, listener, words);
    }

    @Override
    public Catalogue catalogue() {
        CommandSpec root = verbs.spec();
        try {
            List<Value> operations =
                    session.api().get(CallCommand.OPERATIONS).at("operations").list();
            return catalogue(root, operations, !operations.isEmpty());
        } catch (IOException _) { // each command says itself that nobody answers
            return catalogue(root, List.of(), false);
        }
    }

    /**
     * The verbs with what the daemon says of them.
     *
     * @param isComplete whether it has said anything
     */
    static Catalogue catalogue(CommandSpec root, List<Value> operations, boolean isComplete) {
        Map<String, List<Value>> ofVerb = new LinkedHashMap<>();
        for (Value operation : operations) {
            String verb = operation.text("verb").replaceFirst(" --.*", "");
            ofVerb.computeIfAbsent(verb, _ -> new ArrayList<>()).add(operation);
            if (verb.startsWith("vm ")) { // containers have the same operations
                ofVerb.computeIfAbsent(verb.replaceFirst("vm", "ct"), _ -> new ArrayList<>())
                        .add(operation);
            }
        }
        List<Entry> entries = new ArrayList<>();
        Completions.commands(root)
                .forEach((name, spec) -> {
                    if (spec.userObject() instanceof Verb && spec.parent() != null) {
                        String words = name.substring(root.name().length() + 1);
                        entries.add(entry(words, spec, ofVerb, isComplete));
                    }
                });
        entries.stream()
                .filter(it -> it.words().equals(CALL))
                .findAny()
                .ifPresent(call ->
                        operations.stream().map(it -> called(call, it)).forEach(entries::add));
        return new Catalogue(entries, isComplete);
    }

    /** An operation by its name; what has a verb is offered as that. */
    private static Entry called(Entry call, Value operation) {
        Value schema = operation.at("parameters");
        List<String> required = schema.at("required").list().stream().map(Value::text).toList();
        Map<String, Value> known = schema.at("properties").map();
        List<String> names = new ArrayList<>(required);
        known.keySet().stream().filter(it -> !required.contains(it)).forEach(names::add);
        List<Argument> arguments = new ArrayList<>();
        for (String name : names) {
            List<String> values =
                    known.getOrDefault(name, Value.nothing()).at("enum").list().stream()
                            .map(it -> name + "=" + it.text())
                            .toList();
            arguments.add(
                    new Argument(
                            name + "=…",
                            required.contains(name),
                            1,
                            values.isEmpty() ? List.of(name + "=") : values));
        }
        boolean isOffered =
                operation.text("verb").isEmpty()
                        && (operation.text("streams").isEmpty()
                                || operation.text("method").equals("GET"));
        Effect effect = effect(operation);
        return new Entry(
                CALL + " " + operation.text("name"),
                operation.text("summary"),
                call.group(),
                new Effects(effect, effect, isOffered),
                arguments,
                call.flags());
    }

    private static Entry entry(
            String words, CommandSpec spec, Map<String, List<Value>> ofVerb, boolean isComplete) {
        return new Entry(
                words,
                summary(spec),
                Groups.of(words),
                effects(words, spec, ofVerb.getOrDefault(words, List.of()), isComplete),
                spec.positionalParameters().stream()
                        .filter(it -> !it.hidden())
                        .map(ConsoleVerbs::argument)
                        .toList(),
                Stream.concat(
                                spec.options().stream().filter(it -> !isCommon(it)),
                                spec.options().stream().filter(ConsoleVerbs::isCommon))
                        .filter(it -> !it.hidden())
                        .map(ConsoleVerbs::flag)
                        .toList());
    }

    /** The first sentence, without what it says after a colon or semicolon. */
    private static String summary(CommandSpec spec) {
        String all = String.join(" ", spec.usageMessage().description()).replace("%n", " ");
        return all.split("(?<=\\.)\\s|[:;]", 2)[0].replaceFirst("\\.$", "");
    }

    private static Effects effects(
            String words, CommandSpec spec, List<Value> operations, boolean isComplete) {
        Effect known = LocalEffects.OF.get(words);
        if (known != null) {
            return Effects.of(known);
        }
        if (!spec.subcommands().isEmpty()) { // it lists what its verbs work on
            return Effects.of(Effect.READ);
        }
        if (operations.isEmpty()) {
            return new Effects(
                    Effect.CHANGE, Effect.CHANGE, !isComplete || LocalEffects.isLocal(words));
        }
        Effect full = operations.stream().map(ConsoleVerbs::effect).max(Effect::compareTo).get();
        Effect bare =
                operations.stream()
                        .filter(it -> it.at("parameters", "required").list().isEmpty())
                        .map(ConsoleVerbs::effect)
                        .min(Effect::compareTo)
                        .orElse(full);
        return new Effects(full, bare, true);
    }

    private static Effect effect(Value operation) {
        return switch (operation.text("effect").toLowerCase(Locale.ROOT)) {
            case "read" -> Effect.READ;
            case "destroy" -> Effect.DESTROY;
            default -> Effect.CHANGE;
        };
    }

    private static Argument argument(PositionalParamSpec spec) {
        return new Argument(
                spec.paramLabel().replaceAll("[<>]", ""),
                spec.required() && spec.arity().min() > 0,
                spec.arity().isVariable() || spec.index().isVariable()
                        ? Integer.MAX_VALUE / 2
                        : Math.max(1, spec.arity().max()),
                Completions.words(spec));
    }

    private static Flag flag(OptionSpec spec) {
        String[] description = spec.description();
        return new Flag(
                List.of(spec.names()),
                spec.arity().max() > 0 ? spec.paramLabel() : "",
                description.length == 0 ? "" : description[0],
                spec.required() && spec.group() == null,
                Completions.words(spec),
                isCommon(spec));
    }

    private static boolean isCommon(OptionSpec spec) {
        return spec.inherited() || spec.usageHelp() || spec.versionHelp();
    }
}
