package dev.culvert.daemon.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Holds the reference in docs/culvert.md against what the verbs print with {@code --help}. */
class CommandPageTest {
    private static final Path PAGE = Path.of("docs/culvert.md");
    private static final String START = "## Reference\n";

    @Test
    void thePageContainsTheHelpOfEachVerb() throws IOException {
        String page = Files.readString(PAGE);
        String prose = page.substring(0, page.indexOf(START));
        StringBuilder reference = new StringBuilder(prose + START);
        add(Culvert.spec(), reference);
        Path made = Files.writeString(Path.of("target/culvert.md"), reference);

        assertThat(page)
                .as("docs/culvert.md; if the command changed, copy %s there", made)
                .isEqualTo(reference.toString());
    }

    private static void add(CommandSpec spec, StringBuilder page) {
        if (spec.usageMessage().hidden()) {
            return;
        }
        String help = spec.commandLine().getUsageMessage(Ansi.OFF);
        page.append("\n### ").append(spec.qualifiedName()).append("\n\n```text\n");
        page.append(help.strip().replaceAll("(?m) +$", "")).append("\n```\n");
        for (CommandLine each : spec.subcommands().values()) {
            add(each.getCommandSpec(), page);
        }
    }
}
