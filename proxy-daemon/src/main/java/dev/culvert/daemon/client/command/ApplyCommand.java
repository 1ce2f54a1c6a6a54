package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.setup.Questions;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.Plans;
import dev.culvert.daemon.client.workspace.Publication;
import dev.culvert.daemon.client.workspace.TerraformPlan;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.Plan;
import dev.culvert.infra.Staleness;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert apply DIGEST}. */
@Command(
        name = "apply",
        description = {
            "Does what a plan says, and nothing else.",
            "If something of what the plan saw has changed since, it does nothing and says what.",
            "Before the first step, what is there is kept in .culvert/backups/. Each step is in a",
            "journal, so the same command goes on after it was stopped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  culvert apply 3f2a9c01b7d2",
            "  culvert apply \"$DIGEST\" --plan plan.json --yes"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is done",
            "1:a step failed, or something has changed since the plan",
            "2:there is no such plan",
            "3:the daemon cannot be reached",
            "4:the token may not do it"
        })
final class ApplyCommand implements Verb {
    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIGEST",
            description = "Of the plan, or how it begins.")
    private @Nullable String digest;

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description = "The plan in a file, whose digest is DIGEST if that is given.")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = "Only says what it would do.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask before guests are destroyed.")
    private boolean yes;

    @Option(
            names = "--no-publish",
            description = "Does not have the daemon keep the state that was applied.")
    private boolean noPublish;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    ApplyCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Workspace workspace = flags.find(session);
        Optional<TerraformPlan> ofTerraform =
                file == null && digest != null
                        ? new Plans(workspace).findOfTerraform(digest)
                        : Optional.empty();
        if (ofTerraform.isPresent()) {
            return byTerraform(workspace, ofTerraform.get());
        }
        Plan plan = plan(workspace);
        if (!plan.workspace().equals(workspace.file().name())) {
            throw new UsageException(
                    "the plan is of the workspace %s, and this is %s"
                            .formatted(Quoted.word(plan.workspace()), workspace.file().name()));
        }
        if (dryRun) {
            return wouldRun(plan);
        }
        if (plan.isEmpty()) {
            session.output().done("nothing to change", plan.value(), PlanCommand.PLAN);
            return ExitCode.OK;
        }
        confirm(
                plan.changes().stream()
                        .filter(it -> it.action().destroys())
                        .map(it -> it.id() + " " + it.name())
                        .toList());
        int code = PlanProgress.run(session, workspace, plan);
        if (code == ExitCode.OK && !noPublish && workspace.file().publishes()) {
            Publication.of(workspace, plan, session.api())
                    .ifPresent(why ->
                            session.output()
                                    .note(
                                            "the daemon does not keep the state: "
                                                    + Quoted.sentence(why)));
        }
        return code;
    }

    private int byTerraform(Workspace workspace, TerraformPlan plan) throws IOException {
        Output output = session.output();
        if (dryRun || plan.isEmpty()) {
            if (output.format() == Format.TABLE) {
                new PlanPicture(output).draw(plan);
            }
            output.done(
                    dryRun ? "nothing was done" : "nothing to change",
                    plan.value(),
                    PlanCommand.PLAN);
            return ExitCode.OK;
        }
        confirm(
                plan.changes().stream()
                        .filter(it -> it.as().destroys())
                        .map(TerraformPlan.Resource::address)
                        .toList());
        Engine.named(plan.engine()).of(session, workspace).apply(plan, output::message);
        output.done("applied " + plan.shortDigest(), plan.value(), PlanCommand.PLAN);
        return ExitCode.OK;
    }

    private Plan plan(Workspace workspace) throws IOException {
        if (file == null && digest == null) {
            throw new UsageException(
                    "which plan? Give its DIGEST, which culvert plan prints, or --plan FILE");
        }
        if (file == null) {
            return new Plans(workspace).find(String.valueOf(digest));
        }
        Plan plan = Plans.read(file);
        if (digest != null && (digest.length() < 6 || !plan.digest().startsWith(digest))) {
            throw new UsageException(
                    "%s has the plan %s, and not %s"
                            .formatted(file, plan.digest(), Quoted.word(digest)));
        }
        return plan;
    }

    private int wouldRun(Plan plan) throws IOException {
        List<String> changed = Staleness.of(plan, new AskedReality(session.api()), Set.of());
        changed.forEach(it -> session.output().note("changed since the plan: " + it));
        if (session.output().format() == Format.TABLE) {
            plan.changes()
                    .forEach(change ->
                            change.steps()
                                    .forEach(step ->
                                            session.output()
                                                    .line(
                                                            Quoted.page(
                                                                    "POST %s %s"
                                                                            .formatted(
                                                                                    step.path(),
                                                                                    step.body()
                                                                                            .json())))));
        }
        session.output().done("nothing was done", plan.value(), PlanCommand.PLAN);
        return changed.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    /* The digest says that somebody has read the plan; what is destroyed does not come back. */
    private void confirm(List<String> lost) throws IOException {
        if (lost.isEmpty() || yes) {
            return;
        }
        String names = String.join(", ", lost);
        if (!session.around().place().terminal().err()) {
            throw new UsageException(
                    "the plan destroys %s with their disks: --yes says that you want it"
                            .formatted(Quoted.sentence(names)));
        }
        if (!Questions.of(session.around())
                .confirm("Destroy %s with their disks".formatted(Quoted.sentence(names)), false)) {
            throw new UsageException("nothing was done");
        }
    }
}
