package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.BadStateException;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.Validation;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert validate}. */
@Command(
        name = "validate",
        description = {
            "Checks the desired state of a workspace.",
            "Every mistake is told with file, line and column: keys and values, names and numbers",
            "that appear twice, what needs what. The daemon is asked whether servers, nodes and",
            "storages are there and have room, and whether numbers and CIDs are free."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  culvert validate", "  culvert validate --offline -o json"},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:there are no mistakes", "1:there are some"})
final class ValidateCommand implements Verb {
    private static final View DONE = View.of("workspace");

    private final Session session;

    @Option(names = "--offline", description = "Looks at the files alone, and asks no daemon.")
    private boolean offline;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    ValidateCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Workspace workspace = flags.find(session);
        int guests = 0;
        List<String> mistakes;
        try {
            DesiredState desired = workspace.desired();
            guests = desired.guests().size();
            mistakes =
                    offline
                            ? List.of()
                            : Validation.mistakes(
                                    desired, workspace.managed(), new AskedReality(session.api()));
        } catch (BadStateException e) {
            mistakes = e.mistakes();
        }
        if (session.output().format() == Format.TABLE) {
            mistakes.forEach(session.output()::message);
        }
        session.output()
                .done(
                        mistakes.isEmpty()
                                ? "%d %s, no mistakes"
                                        .formatted(guests, guests == 1 ? "guest" : "guests")
                                : "mistakes: " + mistakes.size(),
                        Value.members(
                                "workspace",
                                workspace.file().name(),
                                "guests",
                                guests,
                                "valid",
                                mistakes.isEmpty(),
                                "mistakes",
                                Value.of(mistakes.stream().map(Value::of).toList())),
                        DONE);
        return mistakes.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
}
