package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.command.Completions.Values;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion for bash, which zsh can use too. */
/* The script walks over the words before the cursor: verbs make the path longer, values of flags
 * are passed over, and what is left are arguments. bash also splits words at colons and equals signs:
 * they are put together again first, and completed as bash has them. */
final class BashCompletion {
    private static final String SCRIPT =
            """
            # bash completion of culvert, made by culvert completion
            _culvert_names() {
                local -a target=()
                local flag
                for flag in --url --token-file --context --ca-file; do
                    if [[ $COMP_LINE =~ $flag[=\\ ]+([^\\ ]+) ]]; then
                        target+=("$flag" "${BASH_REMATCH[1]}")
                    fi
                done
                culvert "$1" --output name --timeout 1s "${target[@]}" 2> /dev/null
            }

            _culvert() {
                local current before path=culvert word words='' kind=''
                local -a typed=(culvert)
                local -i arguments=0 i last
                COMPREPLY=()
                for ((i = 1; i <= COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case $word,${COMP_WORDS[i-1]} in
                        =,* | :,* | *,= | *,:) typed[${#typed[@]}-1]+=$word ;;
                        *) typed+=("$word") ;;
                    esac
                done
                last=$((${#typed[@]} - 1))
                current=${typed[last]}
                before=${typed[last-1]}
                if [[ $current == --*=* ]]; then
                    before=${current%%=*}
                    current=${current#*=}
                fi
                for ((i = 1; i < last; i++)); do
                    word=${typed[i]}
                    case $word in
                        @FLAGS_WITH_VALUES@) i=$((i + 1)) ;;
                        -*) ;;
                        *)
                            case "$path $word" in
                                @COMMANDS@) path="$path $word" ;;
                                *) arguments+=1 ;;
                            esac
                            ;;
                    esac
                done
                case $before in
            @VALUES@        *)
                        if [[ $current == -* ]]; then
                            case $path in
            @FLAGS@                esac
                        else
                            case "$path $arguments" in
            @ARGUMENTS@                *) [ $arguments != 0 ] || case $path in
            @VERBS@                    esac ;;
                            esac
                        fi
                        ;;
                esac
                case $kind in
                    files) COMPREPLY=($(compgen -f -- "$current")) ;;
                    @LISTERS@) COMPREPLY=($(compgen -W "$(_culvert_names "$kind")" -- "$current")) ;;
                    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
                esac
            }
            complete -F _culvert culvert
            """;

    /** Of an argument that takes several. */
    private static final int MOST_WORDS = 2;

    private BashCompletion() {}

    static String of(CommandSpec root) {
        Map<String, CommandSpec> commands = Completions.commands(root);
        return SCRIPT.replace("@LISTERS@", listers())
                .replace(
                        "@FLAGS_WITH_VALUES@",
                        String.join(" | ", Completions.flagsWithValues(root).keySet()))
                .replace(
                        "@COMMANDS@",
                        commands.keySet().stream()
                                .filter(path -> path.contains(" "))
                                .map(path -> "'" + path + "'")
                                .collect(Collectors.joining(" | ")))
                .replace("@VALUES@", values(root))
                .replace(
                        "@FLAGS@",
                        cases(16, commands, spec -> String.join(" ", Completions.flags(spec))))
                .replace("@ARGUMENTS@", arguments(commands))
                .replace(
                        "@VERBS@",
                        cases(20, commands, spec -> String.join(" ", Completions.verbs(spec))));
    }

    private static String listers() {
        return Stream.of(Values.values())
                .map(Values::lister)
                .filter(it -> !it.isEmpty())
                .collect(Collectors.joining(" | "));
    }

    /** zsh has a bridge to bash's completion. */
    static String forZsh(CommandSpec root) {
        return "#compdef culvert\nautoload -U +X bashcompinit && bashcompinit\n" + of(root);
    }

    private static String values(CommandSpec root) {
        StringBuilder cases = new StringBuilder();
        for (Map.Entry<String, OptionSpec> each : Completions.flagsWithValues(root).entrySet()) {
            OptionSpec option = each.getValue();
            cases.append(" ".repeat(8)).append(each.getKey()).append(") ");
            cases.append(setting(Completions.words(option), Completions.values(option)));
            cases.append(" ;;\n");
        }
        return cases.toString();
    }

    private static String arguments(Map<String, CommandSpec> commands) {
        StringBuilder cases = new StringBuilder();
        commands.forEach((path, spec) -> {
            for (PositionalParamSpec each : spec.positionalParameters()) {
                String said = setting(Completions.words(each), Completions.values(each));
                int from = each.index().min();
                for (int i = 0; i < Math.clamp(each.arity().max(), 1, MOST_WORDS); i++) {
                    if (!said.equals(":") && spec.subcommands().isEmpty()) {
                        cases.append(" ".repeat(16));
                        cases.append("'%s %d') %s ;;%n".formatted(path, from + i, said));
                    }
                }
            }
        });
        return cases.toString();
    }

    private static String setting(List<String> words, Values values) {
        if (!words.isEmpty()) {
            return "words='" + String.join(" ", words) + "'";
        }
        return switch (values) {
            case NONE -> ":";
            case FILES -> "kind=files";
            case AGENTS, TURNS, TOKENS, APPROVALS, CONTEXTS, RUNS, KEYS ->
                    "kind=" + values.lister();
        };
    }

    private interface Words {
        String of(CommandSpec spec);
    }

    private static String cases(int indent, Map<String, CommandSpec> commands, Words words) {
        StringBuilder cases = new StringBuilder();
        commands.forEach((path, spec) -> {
            String said = words.of(spec);
            if (!said.isEmpty()) {
                cases.append(" ".repeat(indent));
                cases.append("'%s') words='%s' ;;%n".formatted(path, said));
            }
        });
        return cases.toString();
    }
}
