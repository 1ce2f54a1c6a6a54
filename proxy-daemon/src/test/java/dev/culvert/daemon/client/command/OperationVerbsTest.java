package dev.culvert.daemon.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.Operations;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The verbs of the command against the operations of the daemon. */
class OperationVerbsTest {
    /** They ask the daemon for several things, or do something on this machine. */
    private static final Set<String> OTHERS =
            Set.of(
                    "apply",
                    "approvals deny",
                    "approvals watch",
                    "audit verify",
                    "bugreport",
                    "chat",
                    "completion",
                    "config validate",
                    "config-ssh",
                    "context add",
                    "context list",
                    "context show",
                    "context use",
                    "create ct",
                    "create vm",
                    "ct backup",
                    "ct clone",
                    "ct create",
                    "ct delsnapshot",
                    "ct destroy",
                    "ct migrate",
                    "ct reboot",
                    "ct resize",
                    "ct restore",
                    "ct resume",
                    "ct rollback",
                    "ct set",
                    "ct shutdown",
                    "ct snapshot",
                    "ct start",
                    "ct stop",
                    "ct suspend",
                    "destroy",
                    "diff",
                    "ct list",
                    "ct show",
                    "doctor",
                    "document",
                    "exec",
                    "explain",
                    "fleet import",
                    "flow schema",
                    "init",
                    "health",
                    "logs",
                    "mcp install",
                    "mcp mode",
                    "mcp validate",
                    "plan",
                    "policy explain",
                    "policy test",
                    "policy trust",
                    "report compliance",
                    "report issue",
                    "setup",
                    "sync",
                    "test",
                    "top",
                    "turns watch",
                    "validate",
                    "vm adopt",
                    "vm templates");

    static List<Operation> withVerb() {
        return Operations.all().stream().filter(it -> !it.verb().isEmpty()).toList();
    }

    @ParameterizedTest
    @MethodSource("withVerb")
    void theHelpOfAVerbSaysWhatItsOperationDoes(Operation operation) {
        CommandSpec spec = Culvert.spec();
        for (String word : operation.verb().split(" ", -1)) {
            if (word.startsWith("--")) {
                assertThat(spec.findOption(word)).as(operation.verb()).isNotNull();
                return;
            }
            CommandLine verb = spec.subcommands().get(word);
            spec = Objects.requireNonNull(verb, operation.verb()).getCommandSpec();
        }
        String help = String.join(" ", spec.usageMessage().description());

        assertThat(help.toLowerCase(Locale.ROOT))
                .contains(thirdPerson(operation.summary()).toLowerCase(Locale.ROOT));
    }

    /** "Add an agent, or change it" becomes "Adds an agent". */
    private static String thirdPerson(String summary) {
        String verb = summary.split(",", 2)[0];
        return verb.replaceFirst(" ", verb.matches("\\w+sh .*") ? "es " : "s ");
    }

    @Test
    void everyVerbIsAnOperationOrOneOfTheOthers() {
        Set<String> described =
                withVerb().stream()
                        .map(it -> it.verb().replaceFirst(" --.*", ""))
                        .collect(Collectors.toCollection(TreeSet::new));
        described.addAll(OTHERS);
        Set<String> verbs = new TreeSet<>();
        add(Culvert.spec(), "", verbs);

        assertThat(verbs).isEqualTo(described);
    }

    private static void add(CommandSpec spec, String words, Set<String> verbs) {
        if (spec.subcommands().isEmpty()) {
            verbs.add(words.strip());
        }
        spec.subcommands()
                .forEach((name, verb) -> {
                    if (!verb.getCommandSpec().usageMessage().hidden()) {
                        add(verb.getCommandSpec(), words + " " + name, verbs);
                    }
                });
    }
}
