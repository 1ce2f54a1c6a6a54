package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.console.Script.Step;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code culvert exec LINE…}. */
@Command(
        name = "exec",
        description =
                "Runs lines of the console one after the other, and ends at the first that fails.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Each argument is a line: a command with or without a slash, !COMMAND for the shell,",
            "or a message to the agent that /use has chosen. culvert -f FILE runs the lines of a",
            "file, culvert -f - those of stdin. --output is for each command. The exit code is",
            "that of the first line that failed.",
            "",
            "Examples:",
            "  culvert exec /health",
            "  culvert exec '/use web-1' 'why does the build fail?'",
            "  culvert exec --dry-run 'agents drain web-1' 'agents remove web-1'"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every line was done",
            "4:the mode does not allow a line, or --yes is missing"
        })
final class ExecCommand implements Verb {
    private final Session session;
    private final ConsoleStart console;

    @Parameters(arity = "1..*", paramLabel = "LINE", description = "A line of the console.")
    private List<String> lines = List.of();

    @Mixin private final ScriptFlags flags = new ScriptFlags();

    ExecCommand(Session session, ConsoleStart console) {
        this.session = session;
        this.console = console;
    }

    @Override
    public int run() throws IOException {
        if (lines.stream().allMatch(String::isBlank)) {
            throw new UsageException("a line is missing, for example: culvert exec /health");
        }
        return console.script(
                session, lines.stream().map(line -> new Step("", line)).toList(), flags);
    }
}
