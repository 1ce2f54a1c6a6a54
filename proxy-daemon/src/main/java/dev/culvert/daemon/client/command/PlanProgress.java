package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.workspace.PlanRun;
import dev.culvert.daemon.client.workspace.RunListener;
import dev.culvert.daemon.client.workspace.StoppedException;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.Change;
import dev.culvert.infra.Plan;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;

/** Applies a plan, and tells each step. */
final class PlanProgress implements RunListener {
    private final Output output;
    private String now = "";

    private PlanProgress(Output output) {
        this.output = output;
    }

    /** The exit code. */
    static int run(Session session, Workspace workspace, Plan plan) throws IOException {
        Output output = session.output();
        try {
            new PlanRun(workspace, plan, session.api(), new PlanProgress(output)).run();
        } catch (StoppedException e) {
            output.progressEnds();
            output.message("culvert: " + Quoted.lines(String.valueOf(e.getMessage())));
            return ExitCode.of(e.why());
        }
        output.done(
                "applied %s: %s".formatted(plan.shortDigest(), PlanPicture.sum(plan)),
                plan.value(),
                PlanCommand.PLAN);
        return ExitCode.OK;
    }

    private static String name(Change change, Change.Step step) {
        return Quoted.sentence("%s %s: %s".formatted(change.id(), change.name(), step.what()));
    }

    @Override
    public void begins(Change change, Change.Step step, int number, int all) {
        now = "[%d/%d] %s".formatted(number, all, name(change, step));
        output.progress(now);
    }

    @Override
    public void says(String line) {
        output.progress(
                Quoted.cut(now + ": " + line, Math.max(output.terminal().columns(), 60) - 10));
    }

    @Override
    public void done(Change change, Change.Step step, Duration took) {
        output.progressEnds();
        output.message("✓ %s (%.1f s)".formatted(name(change, step), took.toMillis() / 1_000.0));
    }

    @Override
    public void wasDone(Change change, Change.Step step) {
        output.message("✓ %s (before)".formatted(name(change, step)));
    }
}
