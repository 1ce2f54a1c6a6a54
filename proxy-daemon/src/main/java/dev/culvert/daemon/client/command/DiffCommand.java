package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.infra.Plan;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert diff}. */
@Command(
        name = "diff",
        description = {
            "Shows where a workspace and what is there differ.",
            "It is what culvert plan would change; no plan is kept."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing differs",
            "1:something does",
            "2:the desired state is wrong",
            "3:the daemon cannot be reached"
        })
final class DiffCommand implements Verb {
    private static final View CHANGES = View.of("id");

    private final Session session;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    DiffCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Plan plan = flags.find(session).plan(new AskedReality(session.api()));
        if (session.output().format() == Format.TABLE) {
            new PlanPicture(session.output()).draw(plan);
        } else {
            session.output().items(plan.value().at("changes").list(), CHANGES);
        }
        return plan.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
}
