package dev.culvert.policy;

import dev.culvert.policy.Condition.OfCommands;
import dev.culvert.policy.Condition.OfFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the rules of a file that can never decide anything. */
final class Warnings {
    private Warnings() {}

    /**
     * @param written those rules that are asked about, in their order
     * @param all those and their exceptions
     */
    static List<String> of(List<Rule> written, List<Rule> all) {
        List<String> warnings = new ArrayList<>();
        for (Rule rule : written) {
            matchesNothing(rule)
                    .or(() -> covered(rule, all))
                    .ifPresent(why ->
                            warnings.add(
                                    rule.where()
                                            + ": "
                                            + rule.name()
                                            + " can match nothing: "
                                            + why));
        }
        return warnings;
    }

    private static Optional<String> matchesNothing(Rule rule) {
        if (rule.tools().isEmpty()) {
            return Optional.of("its tools are an empty list");
        }
        return switch (rule.condition()) {
            case Condition.OfTools _ -> Optional.empty();
            case OfFiles files -> ofFiles(rule, files);
            case OfCommands commands -> ofCommands(rule, commands);
        };
    }

    private static Optional<String> ofFiles(Rule rule, OfFiles files) {
        if (files.paths().isEmpty()) {
            return Optional.of("its paths are an empty list");
        }
        boolean fits = rule.tools().stream().anyMatch(tool -> BuiltIn.mayBe(tool, files));
        return fits ? Optional.empty() : Optional.of("its tools do nothing of that with files");
    }

    private static Optional<String> ofCommands(Rule rule, OfCommands commands) {
        if (commands.prefix().stream().anyMatch(List::isEmpty)) {
            return Optional.of("a word of its command is an empty list");
        }
        boolean onlyShells =
                !commands.prefix().isEmpty()
                        && commands.prefix().getFirst().stream().allMatch(Shells::isShell);
        if (onlyShells && !commands.shell() && rule.verdict() != Verdict.DENY) {
            return Optional.of("its command is a shell, which needs \"shell\": true");
        }
        boolean fits = rule.tools().stream().anyMatch(tool -> BuiltIn.mayBe(tool, commands));
        return fits ? Optional.empty() : Optional.of("its tools run no commands");
    }

    private static Optional<String> covered(Rule rule, List<Rule> all) {
        boolean isLater = false;
        for (Rule other : all) {
            if (other.equals(rule)) {
                isLater = true;
            } else if (isStronger(other, rule, isLater) && other.covers(rule)) {
                return Optional.of(
                        "%s (%s) %s all that it is about"
                                .formatted(other.name(), other.where(), verb(other.verdict())));
            }
        }
        return Optional.empty();
    }

    private static boolean isStronger(Rule other, Rule rule, boolean isLater) {
        int stricter = other.verdict().compareTo(rule.verdict());
        return stricter > 0 || (stricter == 0 && !isLater);
    }

    private static String verb(Verdict verdict) {
        return switch (verdict) {
            case ALLOW -> "allows";
            case ASK -> "asks before";
            case DENY -> "denies";
        };
    }
}
