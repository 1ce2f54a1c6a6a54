package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.daemon.client.settings.Project;
import dev.culvert.daemon.client.settings.Trust;
import dev.culvert.daemon.client.setup.Questions;
import dev.culvert.policy.Policy;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert policy trust [DIR]}. */
@Command(
        name = "trust",
        description = {
            "Shows what the policy of a project lets tools do, and trusts it from then on.",
            "culvert chat then no longer asks about what it allows. A change of the policy, of one of",
            "the project's own tools, or of a setting that is shown with them, ends the trust."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The trusted projects are in ~/.config/culvert/trusted.jsonc.",
            "",
            "Examples:",
            "  culvert policy trust",
            "  culvert policy trust --forget ~/work/project"
        })
final class PolicyTrustCommand implements Verb {
    private static final View RULES =
            View.of(
                    "rule",
                    Column.of("RULE", "rule"),
                    Column.of("DECISION", "decision"),
                    Column.of("ABOUT", "about"),
                    Column.of("WHERE", "where"));
    private static final View DONE = View.of("project");

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "FOLDER",
            description = "In the project. Default: the current folder")
    private Path folder = Path.of("");

    @Option(names = "--forget", description = "Trusts it no longer.")
    private boolean forget;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask.")
    private boolean yes;

    PolicyTrustCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        ChatSettings settings = ChatSettings.find(folder.toAbsolutePath(), session.around());
        Trust trust = new Trust(session.around().place().settings());
        Path root = settings.project().root();
        if (forget) {
            boolean was = trust.forget(settings.project());
            done(root, false, was ? "is not trusted any more" : "was not trusted");
            return ExitCode.OK;
        }
        settings.plugins().refused().forEach(session.output()::note);
        show(settings);
        if (!yes && !confirmed(root)) {
            done(root, settings.layers().isTrusted(), "stays as it was");
            return ExitCode.FAILED;
        }
        trust.trust(settings.project(), settings.plugins());
        done(root, true, "is trusted, until its policy, a tool or a setting of these changes");
        return ExitCode.OK;
    }

    private boolean confirmed(Path root) throws IOException {
        if (!session.around().place().terminal().err()) {
            throw new UsageException("there is nobody to ask: look at it, and say --yes");
        }
        return Questions.of(session.around()).confirm("Trust " + root, false);
    }

    private void show(ChatSettings settings) {
        List<Value> rows = new ArrayList<>();
        settings.project()
                .file()
                .ifPresent(file -> rows.addAll(PolicyValues.rules(Policy.of(List.of(file)))));
        settings.project().trusted().forEach((key, value) -> rows.add(setting(key, value)));
        settings.plugins().all().forEach(plugin -> rows.add(row(plugin.shown())));
        if (session.output().format() == Format.TABLE) {
            session.output().table(rows, RULES.columns());
        }
    }

    private static Value setting(String key, String value) {
        return Value.members(
                "rule", key, "decision", "a setting", "about", value, "where", Project.FILE);
    }

    private static Value row(Value plugin) {
        return Value.members(
                "rule",
                plugin.at("name"),
                "decision",
                "a tool",
                "about",
                plugin.at("description"),
                "where",
                plugin.at("path"));
    }

    private void done(Path root, boolean isTrusted, String words) {
        session.output()
                .done(
                        root + " " + words,
                        Value.members("project", root.toString(), "trusted", isTrusted),
                        DONE);
    }
}
