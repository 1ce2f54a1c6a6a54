package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code culvert policy …}; no daemon is asked. */
@Command(
        name = "policy",
        description =
                "Checks the rules of what tools may do, explains what they decide, and trusts those of a project.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "It needs no running daemon."})
final class PolicyCommand {
    private PolicyCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new PolicyCommand())
                .addSubcommand(new PolicyTestCommand(session))
                .addSubcommand(new PolicyExplainCommand(session))
                .addSubcommand(new PolicyTrustCommand(session));
    }

    /**
     * Reads a file.
     *
     * @throws UsageException if there is none, or it cannot be read
     */
    static PolicyFile read(Level level, Path file) throws BadPolicyException, UsageException {
        try {
            return PolicyFile.read(level, file);
        } catch (IOException e) {
            throw new UsageException(Quoted.word(file.toString()) + ": " + FileTrouble.why(e));
        }
    }
}
