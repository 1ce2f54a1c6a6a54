package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.command.Completions.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion for fish. */
final class FishCompletion {
    private static final String HEAD =
            """
            # fish completion of culvert, made by culvert completion
            function __culvert_names
                set -l target
                set -l words (commandline -opc)
                for flag in --url --token-file --context --ca-file
                    set -l at (contains -i -- $flag $words)
                    and set -a target $flag $words[(math $at + 1)]
                end
                culvert $argv[1] --output name --timeout 1s $target 2>/dev/null
            end
            function __culvert_is
                set -l path
                for word in (commandline -opc)[2..]
                    string match -q -- '-*' $word; or set -a path $word
                end
                test (count $path) -ge (count $argv); or return 1
                test (count $argv) -eq 0; or test "$path[1..(count $argv)]" = "$argv"
            end
            function __culvert_begins
                set -l path
                for word in (commandline -opc)[2..]
                    string match -q -- '-*' $word; or set -a path $word
                end
                test "$path" = "$argv"
            end
            complete -c culvert -f
            """;

    private final StringBuilder script = new StringBuilder(HEAD);

    private FishCompletion() {}

    static String of(CommandSpec root) {
        FishCompletion completion = new FishCompletion();
        Completions.commands(root)
                .forEach((path, spec) -> {
                    String words = path.replaceFirst("^culvert ?", "");
                    completion.verbs(words, spec);
                    completion.arguments(words, spec);
                    completion.flags(words, spec);
                });
        return completion.script.toString();
    }

    private void verbs(String path, CommandSpec spec) {
        spec.subcommands()
                .forEach((verb, its) -> {
                    if (Completions.verbs(spec).contains(verb)) {
                        line(
                                "__culvert_begins " + path,
                                "-a",
                                verb,
                                "-d",
                                summary(its.getCommandSpec()));
                    }
                });
    }

    private void arguments(String path, CommandSpec spec) {
        for (PositionalParamSpec each : spec.positionalParameters()) {
            if (each.index().min() == 0 && spec.subcommands().isEmpty()) {
                List<String> said = values(each);
                if (!said.isEmpty()) {
                    line("__culvert_begins " + path, said.toArray(String[]::new));
                }
            }
        }
    }

    private void flags(String path, CommandSpec spec) {
        for (OptionSpec option : spec.options()) {
            boolean everywhere = option.inherited();
            if (option.hidden() || everywhere) {
                continue;
            }
            List<String> words = new ArrayList<>();
            for (String name : option.names()) {
                words.add(name.startsWith("--") ? "-l" : "-s");
                words.add(name.replaceFirst("^--?", ""));
            }
            if (option.arity().max() > 0) {
                words.add("-x");
                words.addAll(values(option));
            }
            words.add("-d");
            words.add(String.join(" ", option.description()));
            line("__culvert_is " + path, words.toArray(String[]::new));
        }
    }

    private static List<String> values(ArgSpec argument) {
        List<String> words = Completions.words(argument);
        if (!words.isEmpty()) {
            return List.of("-a", String.join(" ", words));
        }
        Values values = Completions.values(argument);
        return switch (values) {
            case NONE -> List.of();
            case FILES -> List.of("-F");
            case AGENTS, TURNS, TOKENS, APPROVALS, CONTEXTS, RUNS, KEYS ->
                    List.of("-a", "(__culvert_names " + values.lister() + ")");
        };
    }

    private static String summary(CommandSpec spec) {
        return String.join(" ", spec.usageMessage().description());
    }

    private void line(String condition, String... words) {
        script.append("complete -c culvert -n ").append(quoted(condition.strip()));
        Stream.of(words)
                .forEach(word ->
                        script.append(' ').append(word.matches("[\\w-]+") ? word : quoted(word)));
        script.append('\n');
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
