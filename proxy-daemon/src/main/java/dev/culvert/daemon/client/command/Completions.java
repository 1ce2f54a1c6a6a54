package dev.culvert.daemon.client.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What can be completed, whatever the shell: taken from the command line's own description. */
final class Completions {
    /** What the values of an argument are, by the label that it has in the help. */
    enum Values {
        NONE("", ""),
        FILES("FILE", ""),
        AGENTS("AGENT", "agents"),
        TURNS("TURN", "turns"),
        TOKENS("TOKEN", "token"),
        APPROVALS("APPROVAL", "approvals"),
        CONTEXTS("CONTEXT", "context"),
        RUNS("ID", "op"),
        KEYS("KEY", "explain");

        private final String label;
        private final String lister;

        Values(String label, String lister) {
            this.label = label;
            this.lister = lister;
        }

        /** The verb that lists them; empty if there is none. */
        String lister() {
            return lister;
        }
    }

    private Completions() {}

    /** Each command, by its words: {@code culvert agents show}. */
    static Map<String, CommandSpec> commands(CommandSpec root) {
        Map<String, CommandSpec> commands = new LinkedHashMap<>();
        add(root, commands);
        return commands;
    }

    private static void add(CommandSpec spec, Map<String, CommandSpec> commands) {
        commands.put(spec.qualifiedName(), spec);
        for (CommandLine each : spec.subcommands().values()) {
            if (!each.getCommandSpec().usageMessage().hidden()) {
                add(each.getCommandSpec(), commands);
            }
        }
    }

    static List<String> verbs(CommandSpec spec) {
        return spec.subcommands().entrySet().stream()
                .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The names of flags, of which those that all verbs have come last. */
    static List<String> flags(CommandSpec spec) {
        return spec.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()))
                .filter(name -> name.startsWith("--"))
                .toList();
    }

    /** The flags of all commands that take a value, each once. */
    static Map<String, OptionSpec> flagsWithValues(CommandSpec root) {
        Map<String, OptionSpec> flags = new LinkedHashMap<>();
        for (CommandSpec spec : commands(root).values()) {
            for (OptionSpec option : spec.options()) {
                if (option.arity().max() > 0) {
                    Stream.of(option.names()).forEach(name -> flags.putIfAbsent(name, option));
                }
            }
        }
        return flags;
    }

    /** The values that there are to choose from; none if there are too many. */
    static List<String> words(ArgSpec argument) {
        List<String> words = new ArrayList<>();
        if (argument.typeInfo().isEnum()) {
            argument.typeInfo().getEnumConstantNames().stream()
                    .map(CompletionCommand::word)
                    .forEach(words::add);
        } else if (argument.completionCandidates() != null) {
            argument.completionCandidates().forEach(words::add);
        }
        return words;
    }

    static Values values(ArgSpec argument) {
        return Stream.of(Values.values())
                .filter(it -> it.label.equals(argument.paramLabel()))
                .findFirst()
                .orElse(Values.NONE);
    }
}
