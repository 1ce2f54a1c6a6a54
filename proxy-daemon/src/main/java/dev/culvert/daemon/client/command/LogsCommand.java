package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.logs.LogFilter;
import dev.culvert.daemon.client.logs.LogWindow;
import dev.culvert.daemon.client.logs.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert logs}. */
@Command(
        name = "logs",
        description = "Shows the log of the daemon on this machine.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "It reads the journal of the unit culvertd, for which root or the group"
                    + " systemd-journal",
            "is needed, or the file that --file names. With --from daemon it asks the daemon for",
            "the latest records, which also have their operation, phase, resources and errors;",
            "--operation does that by itself. With --from commands it shows what the console ran",
            "in this project.",
            "",
            "Examples:",
            "  culvert logs --follow --agent web-1",
            "  culvert logs --op 719e15e63d60b57d",
            "  culvert logs --since 30m --level warn",
            "  culvert logs --operation tunnel --text refused --output json"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the log cannot be read",
            "2:a flag is wrong",
            "3:the daemon cannot be reached"
        })
final class LogsCommand implements Verb {
    /** Where records are. */
    enum Source {
        JOURNAL,
        DAEMON,
        COMMANDS
    }

    private final Session session;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with new lines, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--agent", paramLabel = "AGENT", description = "Only lines about this agent.")
    private @Nullable String agent;

    @Option(
            names = "--op",
            paramLabel = "ID",
            description = "Only lines of this operation: the id of a run or of a request.")
    private @Nullable String op;

    @Option(
            names = "--operation",
            paramLabel = "NAME",
            description = "Only records of this operation, or of all that begin so: tunnel.")
    private @Nullable String operation;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only from then on: 30m, 2h, 1d, or 2026-11-30T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only until then.")
    private @Nullable String until;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description = "Only what is at least so grave: error, warn, info, debug.")
    private @Nullable String level;

    @Option(names = "--text", paramLabel = "TEXT", description = "Only what contains this.")
    private @Nullable String text;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many lines to look at before the new ones. Default: 1000")
    private int lines = 1_000;

    @Option(
            names = "--from",
            paramLabel = "SOURCE",
            description = "journal, daemon or commands. Default: journal")
    private @Nullable Source from;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The daemon's log, if it is not in the journal.")
    private @Nullable Path file;

    LogsCommand(Session session) {
        this.session = session;
    }

    /**
     * What is asked for.
     *
     * @param lines how many to look at before the new ones
     */
    record Wish(
            LogFilter about,
            LogWindow window,
            Optional<String> operation,
            int lines,
            boolean follow) {}

    @Override
    public int run() throws IOException {
        Wish wish = wish();
        if (file != null && (from != null || operation != null)) {
            throw new UsageException(
                    "--file names a file of lines, which know no operation: leave out %s"
                            .formatted(from != null ? "--from" : "--operation"));
        }
        Source source = operation != null && from == null ? Source.DAEMON : from;
        if (source == Source.JOURNAL && operation != null) {
            throw new UsageException(
                    "the journal has lines, which know no operation: --operation takes --from daemon"
                            + " or --from commands");
        }
        try {
            if (file != null) {
                return new LogLines(session, wish).file(file);
            }
            return switch (source) {
                case null -> new LogLines(session, wish).journal();
                case JOURNAL -> new LogLines(session, wish).journal();
                case DAEMON -> new DaemonRecords(session, wish).run();
                case COMMANDS -> new CommandRecords(session, wish).run();
            };
        } catch (InterruptedException _) {
            return ExitCode.INTERRUPTED;
        }
    }

    private Wish wish() throws UsageException {
        Instant now = Instant.now();
        String grade = level == null ? null : level.toLowerCase(Locale.ROOT);
        if (grade != null && !LogWindow.LEVELS.contains(grade)) {
            throw new UsageException(
                    "--level is '%s': it takes %s"
                            .formatted(level, String.join(", ", LogWindow.LEVELS)));
        }
        if (lines < 1) {
            throw new UsageException("--lines is %d: it must be at least 1".formatted(lines));
        }
        return new Wish(
                new LogFilter(Optional.ofNullable(agent), Optional.ofNullable(op)),
                new LogWindow(
                        since == null
                                ? Optional.empty()
                                : Optional.of(Moment.of("--since", since, now)),
                        until == null
                                ? Optional.empty()
                                : Optional.of(Moment.of("--until", until, now)),
                        Optional.ofNullable(grade),
                        Optional.ofNullable(text)),
                Optional.ofNullable(operation),
                lines,
                follow);
    }
}
