package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.setup.Questions;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.Plans;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.Plan;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert destroy}. */
@Command(
        name = "destroy",
        description = {
            "Destroys every guest that a workspace has made or adopted.",
            "It shows them, and asks for the name of the workspace. The files in infra/ stay."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  culvert destroy --dry-run",
            "  culvert destroy --yes --name lab"
        })
final class DestroyCommand implements Verb {
    private final Session session;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of the workspace, for scripts; goes with --yes.")
    private @Nullable String name;

    @Option(names = "--dry-run", description = "Only shows what it would destroy.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask.")
    private boolean yes;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    DestroyCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Workspace workspace = flags.find(session);
        if (!dryRun) {
            checkFlags(workspace);
        }
        Plan plan = workspace.destruction(new AskedReality(session.api()));
        if (session.output().format() == Format.TABLE) {
            new PlanPicture(session.output()).draw(plan);
        }
        if (dryRun || plan.isEmpty()) {
            session.output()
                    .done(
                            plan.isEmpty()
                                    ? "the workspace has made no guest that is still there"
                                    : "nothing was done",
                            plan.value(),
                            PlanCommand.PLAN);
            return ExitCode.OK;
        }
        confirm(workspace);
        new Plans(workspace).keep(plan);
        return PlanProgress.run(session, workspace, plan);
    }

    private void checkFlags(Workspace workspace) throws UsageException {
        String its = workspace.file().name();
        if (yes && !its.equals(name)) {
            throw new UsageException(
                    "--yes destroys the workspace only with --name %s beside it".formatted(its));
        }
        if (!yes && !session.around().place().terminal().err()) {
            throw new UsageException(
                    "nobody can be asked here: --yes --name %s destroys it".formatted(its));
        }
    }

    private void confirm(Workspace workspace) throws IOException {
        if (yes) {
            return;
        }
        String its = workspace.file().name();
        String said =
                Questions.of(session.around())
                        .ask("Type the name of the workspace to destroy all of these", "");
        if (!said.equals(its)) {
            throw new UsageException("that is not its name: nothing was done");
        }
    }
}
