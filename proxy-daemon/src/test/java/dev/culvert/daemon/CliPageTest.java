package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Holds docs/cli.md against what the programs print with {@code --help}. */
class CliPageTest {
    private static final Path PAGE = Path.of("docs/cli.md");

    /** Each has a {@code static CommandSpec spec()}, from which the manual pages are made too. */
    private static final List<String> PROGRAMS =
            List.of("dev.culvert.daemon.cli.Culvertd", "dev.culvert.guest.cli.PicocliFlags");

    private static final String HEAD =
            """
            # Command line

            This page has what each command prints with `--help`. `CliPageTest` makes it and fails if it differs from the programs; the manual pages contain the same.
            """;

    @Test
    void thePageHasWhatTheProgramsPrint() throws Exception {
        StringBuilder page = new StringBuilder(HEAD);
        for (String program : PROGRAMS) {
            Method spec = Class.forName(program).getDeclaredMethod("spec");
            spec.setAccessible(true);
            CommandSpec described = (CommandSpec) spec.invoke(null);
            CommandLine known = described.commandLine();
            add(page, known == null ? new CommandLine(described) : known);
        }
        Path made = Files.writeString(Path.of("target/cli.md"), page);

        assertThat(Files.readString(PAGE))
                .as("to renew it: cp proxy-daemon/%s proxy-daemon/%s", made, PAGE)
                .isEqualTo(page.toString());
    }

    private static void add(StringBuilder page, CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        page.append("\n## ").append(spec.qualifiedName()).append("\n\n```text\n");
        command.getUsageMessage(Ansi.OFF)
                .lines()
                .forEach(line -> page.append(line.stripTrailing()).append('\n'));
        page.append("```\n");
        command.getSubcommands().values().stream()
                .distinct()
                .filter(it -> !it.getCommandSpec().usageMessage().hidden())
                .forEach(it -> add(page, it));
    }
}
