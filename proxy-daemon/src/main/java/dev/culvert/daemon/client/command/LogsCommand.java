package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.logs.Journal;
import dev.culvert.daemon.client.logs.JournalLine;
import dev.culvert.daemon.client.logs.LogFile;
import dev.culvert.daemon.client.logs.LogFilter;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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
            "is needed, or the file that --file names.",
            "",
            "Examples:",
            "  culvert logs --follow --agent web-1",
            "  culvert logs --op 719e15e63d60b57d"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the log cannot be read"})
final class LogsCommand implements Verb {
    private static final View VIEW =
            View.of(
                    "message",
                    Column.of("TIME", "time"),
                    Column.of("LEVEL", "level"),
                    Column.of("MESSAGE", "message"));
    private static final Duration LOOK = Duration.ofMillis(500);

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
            names = "--lines",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many lines to look at before the new ones. Default: 1000")
    private int lines = 1_000;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The daemon's log, if it is not in the journal.")
    private @Nullable Path file;

    LogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        LogFilter filter = new LogFilter(Optional.ofNullable(agent), Optional.ofNullable(op));
        try {
            return file == null ? journal(filter) : file(filter, file);
        } catch (InterruptedException _) {
            return ExitCode.INTERRUPTED;
        }
    }

    private int journal(LogFilter filter) throws IOException, InterruptedException {
        Output output = session.output();
        AtomicInteger read = new AtomicInteger();
        AtomicInteger printed = new AtomicInteger();
        int code;
        try {
            code =
                    new Journal(List.of("journalctl"))
                            .read(
                                    lines,
                                    follow,
                                    line -> {
                                        read.incrementAndGet();
                                        if (filter.test(line.message())) {
                                            printed.incrementAndGet();
                                            print(output, line);
                                        }
                                    });
        } catch (IOException e) {
            throw new IOException(
                    "journalctl cannot be started (%s): name the daemon's log with --file"
                            .formatted(Quoted.message(e)),
                    e);
        }
        if (code != 0) {
            return ExitCode.FAILED;
        }
        if (read.get() == 0) {
            throw new IOException(
                    "the journal here has no line of the unit culvertd that you may read: run this as"
                            + " root or in the group systemd-journal; a daemon that you started"
                            + " yourself logs to its standard error, so name that file with --file");
        }
        noteIfNothing(output, read.get(), printed.get());
        return ExitCode.OK;
    }

    private static void noteIfNothing(Output output, int read, int printed) {
        if (printed == 0) {
            output.note(
                    "none of the last %d lines is one of those that you ask for: look at more with"
                                    .formatted(read)
                            + " --lines");
        }
    }

    private static void print(Output output, JournalLine line) {
        if (output.format() == Format.TABLE) {
            output.piece(Quoted.page(line.text()) + "\n");
        } else {
            output.event(
                    Value.members(
                            "time",
                            line.at().toString(),
                            "level",
                            line.level(),
                            "message",
                            line.message()),
                    VIEW);
        }
    }

    private int file(LogFilter filter, Path path) throws IOException, InterruptedException {
        Output output = session.output();
        LogFile log = new LogFile(path);
        List<String> all = log.read();
        List<String> last = all.subList(Math.max(0, all.size() - lines), all.size());
        int printed = print(output, filter, last);
        if (!follow) {
            noteIfNothing(output, last.size(), printed);
        }
        while (follow && !output.isBroken()) {
            Thread.sleep(LOOK);
            print(output, filter, log.read());
        }
        return ExitCode.OK;
    }

    private static int print(Output output, LogFilter filter, List<String> lines) {
        int printed = 0;
        for (String line : lines) {
            if (filter.test(line)) {
                printed++;
                if (output.format() == Format.TABLE) {
                    output.piece(Quoted.page(line) + "\n");
                } else {
                    output.event(Value.members("message", line), VIEW);
                }
            }
        }
        return printed;
    }
}
