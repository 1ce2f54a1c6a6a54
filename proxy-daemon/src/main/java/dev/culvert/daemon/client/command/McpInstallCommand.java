package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.host.Outcome;
import dev.culvert.daemon.client.host.ThisHost;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code culvert mcp install}: registers {@code culvert mcp} with a harness, by its own command.
 */
@Command(
        name = "install",
        description =
                "Registers culvert mcp with Codex or Claude Code. It does that for this user, by the"
                        + " command that the program has for that. The daemon is the one that --url,"
                        + " --token-file, --context and --ca-file name now.",
        mixinStandardHelpOptions = true)
final class McpInstallCommand implements Verb {
    private static final View DONE =
            View.of("client", Column.of("CLIENT", "client"), Column.of("COMMAND", "command"));
    private static final String NAME = "culvert";

    /** The programs that have a command for it. */
    enum Client {
        CODEX,
        CLAUDE;

        String program() {
            return name().toLowerCase(Locale.ROOT);
        }

        List<String> add() {
            return switch (this) {
                case CODEX -> List.of("mcp", "add", NAME, "--");
                case CLAUDE -> List.of("mcp", "add", "--scope", "user", NAME, "--");
            };
        }

        List<String> remove() {
            return switch (this) {
                case CODEX -> List.of("mcp", "remove", NAME);
                case CLAUDE -> List.of("mcp", "remove", "--scope", "user", NAME);
            };
        }
    }

    private final Session session;

    @Option(
            names = "--client",
            required = true,
            paramLabel = "CLIENT",
            description = "codex or claude.")
    private Client client = Client.CODEX;

    @Option(names = "--remove", description = "Takes it away again.")
    private boolean remove;

    @Option(names = "--dry-run", description = "Prints the command instead of running it.")
    private boolean dryRun;

    McpInstallCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(client.program());
        command.addAll(remove ? client.remove() : client.add());
        if (!remove) {
            command.addAll(server());
        }
        String line = String.join(" ", command.stream().map(OwnCommand::quoted).toList());
        Value result = Value.members("client", client.program(), "command", line);
        if (dryRun) {
            session.output().item(result, View.of("client", Column.of("command", "command")));
            return ExitCode.OK;
        }
        String program = client.program();
        command.set(
                0,
                OwnCommand.find(program, session)
                        .orElseThrow(() ->
                                new UsageException(
                                        "there is no %s in the PATH here: install it, or register the server in its settings yourself, as --dry-run prints it"
                                                .formatted(program)))
                        .toString());
        Outcome outcome = new ThisHost(session.around().environment()).run(command);
        if (!outcome.isOk()) {
            throw new IOException(
                    "'%s' ended with %d: %s"
                            .formatted(line, outcome.code(), Quoted.sentence(outcome.said())));
        }
        session.output()
                .done((remove ? "removed from " : "registered with ") + program, result, DONE);
        return ExitCode.OK;
    }

    /** The command that the client starts, with the same daemon. */
    private List<String> server() {
        List<String> server = OwnCommand.of(session);
        server.add("mcp");
        return server;
    }
}
