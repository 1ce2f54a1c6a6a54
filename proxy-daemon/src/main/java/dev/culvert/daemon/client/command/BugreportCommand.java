package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.bugreport.Evidence;
import dev.culvert.daemon.client.bugreport.Issue;
import dev.culvert.daemon.client.bugreport.Report;
import dev.culvert.daemon.client.logs.CommandLog;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert bugreport}. */
@Command(
        name = "bugreport",
        description =
                "Writes an archive that helps others to find a fault, without secrets and names.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The archive is a zip file. It contains versions, settings, state, metrics, threads"
                    + " and",
            "the last log lines, and works also when the daemon is dead. Secrets are left out."
                    + " Names",
            "of agents, tenants, hosts and users, and addresses, are replaced by pseudonyms such"
                    + " as",
            "agent-1; their map is written beside the archive, for you alone. Nothing is sent",
            "anywhere. Look at the archive before you hand it on.",
            "",
            "culvert report issue and /report-issue in the console do the same. TEXT and the page",
            "issue.md of the archive say what went wrong, what may help, and what to ask an AI.",
            "",
            "Examples:",
            "  culvert bugreport --preview",
            "  culvert report issue \"web-1 gets no answer since noon\"",
            "  culvert bugreport --file /tmp/report.zip"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was written, or shown", "1:it could not be written"})
final class BugreportCommand implements Verb {
    private static final View VIEW =
            View.of("archive", Column.of("archive", "archive"), Column.of("map", "map"));

    private static final View CONTENTS = View.of("path", Column.of("PATH", "path"));

    private static final Duration LATELY = Duration.ofMinutes(30);

    private final Session session;

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "What is wrong, in words.")
    private List<String> text = List.of();

    @Option(
            names = "--preview",
            description = "Lists every file and every redaction, and writes nothing.")
    private boolean preview;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The archive. Default: a name with the time, in this directory")
    private @Nullable Path file;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The daemon's settings file. Default: /etc/culvert/culvertd.jsonc")
    private @Nullable Path config;

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description = "The daemon's log, if it is not in the journal.")
    private @Nullable Path logFile;

    BugreportCommand(Session session) {
        this.session = session;
    }

    private Issue issue() throws IOException {
        Instant since = Instant.now().minus(LATELY);
        List<Value> commands = new ArrayList<>();
        Optional<CommandLog> log = ConsoleStart.log(session.around());
        if (log.isPresent()) {
            log.get().read().stream()
                    .filter(it -> it.text("time").compareTo(since.toString()) >= 0)
                    .forEach(commands::add);
        }
        Map<String, Value> workspace = new LinkedHashMap<>();
        Optional<Workspace> found =
                Workspace.findAny(Path.of("").toAbsolutePath(), session.around());
        if (found.isPresent()) {
            for (Path each : found.get().kept()) {
                try {
                    workspace.put(
                            each.getFileName().toString(), Value.parse(Files.readString(each)));
                } catch (BadValueException _) {
                    workspace.put(each.getFileName().toString(), Value.of("it is damaged"));
                }
            }
        }
        return new Issue(String.join(" ", text), commands, workspace);
    }

    @Override
    public int run() throws IOException {
        String log = logFile == null ? "" : logFile.toAbsolutePath().toString();
        Report report = new Evidence(LocalDaemon.site(session, config), log, issue()).collect();
        Output output = session.output();
        if (preview) {
            if (output.format() == Format.TABLE) {
                output.piece(report.preview());
            } else {
                output.items(report.contents(), CONTENTS);
            }
            return ExitCode.OK;
        }
        if (output.format() == Format.TABLE) {
            output.message(report.issue());
        }
        Path archive = file == null ? Path.of(report.name() + ".zip") : file;
        Path map = archive.resolveSibling(archive.getFileName() + ".names.json");
        try {
            report.write(archive, map);
        } catch (FileAlreadyExistsException e) {
            throw new UsageException(
                    e.getMessage() + " exists: name another file with --file, or remove it");
        }
        output.done(
                "wrote %s; the names behind its pseudonyms are in %s, which is yours to keep"
                        .formatted(archive, map),
                Value.members("archive", archive.toString(), "map", map.toString()),
                VIEW);
        return ExitCode.OK;
    }
}
