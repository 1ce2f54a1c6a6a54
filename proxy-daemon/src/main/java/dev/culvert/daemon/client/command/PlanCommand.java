package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.Plans;
import dev.culvert.daemon.client.workspace.TerraformPlan;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.Plan;
import dev.culvert.io.FileTrouble;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert plan}. */
@Command(
        name = "plan",
        description = {
            "Shows what has to change until a workspace is as it should be.",
            "The plan is kept with its digest, which says what was wanted, what was there and what"
                    + " is",
            "to be done. culvert apply DIGEST does exactly that."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  culvert plan", "  culvert plan --out plan.json -o name"})
final class PlanCommand implements Verb {
    static final View PLAN = View.of("digest");

    /** So many digits are enough for people. */
    private static final int SHORT = 12;

    private final Session session;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Also writes it there, for culvert apply --plan FILE.")
    private @Nullable Path out;

    @Option(
            names = "--show",
            paramLabel = "FILE",
            description = "Shows the plan in a file instead of making one.")
    private @Nullable Path show;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "api",
            description = {
                "Who makes and applies the plan: api (the daemon, by the API of Proxmox), or",
                "terraform or tofu (that program, in infra/terraform/). Default: api"
            })
    private Engine engine = Engine.API;

    @Option(names = "--json", description = "The same as --output json.")
    private boolean json;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    PlanCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        if (show != null) {
            if (out != null) {
                throw new UsageException("--show makes no plan that --out could write: give one");
            }
            show(show);
            return ExitCode.OK;
        }
        Workspace workspace = flags.find(session);
        if (engine != Engine.API) {
            return byTerraform(workspace);
        }
        Plan plan = workspace.plan(new AskedReality(session.api()));
        new Plans(workspace).keep(plan);
        if (out != null) {
            try {
                Files.writeString(out, plan.value().prettyJson() + "\n");
            } catch (IOException e) {
                throw new IOException("the plan cannot be written: " + FileTrouble.of(e), e);
            }
        }
        print(plan);
        return ExitCode.OK;
    }

    private int byTerraform(Workspace workspace) throws IOException {
        if (out != null) {
            throw new UsageException(
                    "--out is for plans of the API: a plan of Terraform is a file of its own, in .culvert/plans/");
        }
        Output output = session.output();
        TerraformPlan plan = engine.of(session, workspace).plan(output::progress);
        output.progressEnds();
        print(plan);
        return ExitCode.OK;
    }

    /** A plan in a file, whoever has made it. */
    private void show(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UsageException("%s cannot be read: %s".formatted(file, FileTrouble.why(e)));
        }
        if (TerraformPlan.isOne(text)) {
            print(TerraformPlan.parse(file.toString(), text));
        } else {
            print(Plan.parse(file.toString(), text));
        }
    }

    private void print(TerraformPlan plan) {
        print(
                plan.value(),
                plan.isEmpty() ? "" : plan.digest(),
                () -> new PlanPicture(session.output()).draw(plan));
    }

    private void print(Plan plan) {
        print(
                plan.value(),
                plan.isEmpty() ? "" : plan.digest(),
                () -> new PlanPicture(session.output()).draw(plan));
    }

    private void print(Value value, String digest, Runnable picture) {
        Output output = session.output();
        if (!json && output.format() != Format.TABLE) {
            output.item(value, PLAN);
            return;
        }
        output.drawn(value);
        if (json) {
            output.line(value.prettyJson());
            return;
        }
        picture.run();
        if (!digest.isEmpty()) {
            output.line(
                    "digest %s: culvert apply %s".formatted(digest, digest.substring(0, SHORT)));
        }
    }
}
