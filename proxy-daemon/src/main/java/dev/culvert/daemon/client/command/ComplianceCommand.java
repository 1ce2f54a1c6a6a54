package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.compliance.Compliance;
import dev.culvert.daemon.client.compliance.ComplianceFile;
import dev.culvert.daemon.client.compliance.Finding;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.io.FileTrouble;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert report compliance}. */
@Command(
        name = "compliance",
        description = {
            "Checks inventory, tokens, audit logs and drift.",
            "Some checks are built in; a workspace declares more in infra/compliance.json. What",
            "nobody could look at does not pass."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  culvert report compliance",
            "  culvert report compliance --junit compliance.xml -o json"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all checks pass, or are skipped with a reason",
            "1:some do not pass",
            "2:the file of checks is wrong",
            "3:the daemon cannot be reached",
            "4:it asks for a token"
        })
final class ComplianceCommand implements Verb {
    private static final View VIEW =
            View.of(
                    "check",
                    Column.of("RESULT", "result").in(ComplianceCommand::tone),
                    Column.of("CHECK", "check"),
                    Column.of("SAYS", "says"));

    private final Session session;

    @Option(
            names = "--checks",
            paramLabel = "FILE",
            description = "Declared checks. Default: infra/compliance.json of the workspace")
    private @Nullable Path checks;

    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "Also writes the results there, as JUnit's XML.")
    private @Nullable Path junit;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    ComplianceCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Optional<Workspace> workspace = flags.findAny(session); // without one, less is checked
        Path file = file(workspace);
        ComplianceFile declared = file == null ? ComplianceFile.NONE : ComplianceFile.read(file);
        Path folder = file == null ? Path.of("") : file.toAbsolutePath().resolveSibling("");
        List<Finding> findings =
                new Compliance(declared, folder, session.api(), workspace).findings();
        if (junit != null) {
            try {
                Files.writeString(junit, Compliance.junit(findings));
            } catch (IOException e) {
                throw new IOException("the results cannot be written: " + FileTrouble.of(e), e);
            }
        }
        Output output = session.output();
        output.items(findings.stream().map(Finding::value).toList(), VIEW);
        List<Finding> bad = findings.stream().filter(Finding::isBad).toList();
        bad.forEach(it ->
                output.message(
                        "%s: %s%s"
                                .formatted(
                                        it.check(),
                                        it.reasons(),
                                        it.advice().isEmpty() ? "" : "\n  → " + it.advice())));
        output.note(
                bad.isEmpty()
                        ? "compliant: %d checks".formatted(findings.size())
                        : "%d of %d checks do not pass".formatted(bad.size(), findings.size()));
        return bad.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private @Nullable Path file(Optional<Workspace> workspace) throws UsageException {
        if (checks != null) {
            if (!Files.isRegularFile(checks)) {
                throw new UsageException(checks + " is no file: --checks names one with checks");
            }
            return checks;
        }
        return workspace
                .map(it -> it.infra().resolve(ComplianceFile.FILE))
                .filter(Files::isRegularFile)
                .orElse(null);
    }

    private static Tone tone(Value finding) {
        return switch (finding.text("result")) {
            case "passed" -> Tone.GOOD;
            case "skipped" -> Tone.FAINT;
            default -> Tone.BAD;
        };
    }
}
