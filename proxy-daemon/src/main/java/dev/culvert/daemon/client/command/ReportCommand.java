package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code culvert report …}. */
@Command(
        name = "report",
        description = "Reports on compliance, or on what is wrong.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ReportCommand {
    private ReportCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new ReportCommand())
                .addSubcommand(new ComplianceCommand(session))
                .addSubcommand(
                        "issue",
                        new CommandLine(new BugreportCommand(session)).setCommandName("issue"));
    }
}
