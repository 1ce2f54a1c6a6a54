package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.command.LogsCommand.Wish;
import dev.culvert.daemon.client.logs.Journal;
import dev.culvert.daemon.client.logs.JournalLine;
import dev.culvert.daemon.client.logs.LogFile;
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

/** The lines of the daemon's log, from the journal or a file. */
final class LogLines {
    private static final View VIEW =
            View.of(
                    "message",
                    Column.of("TIME", "time"),
                    Column.of("LEVEL", "level"),
                    Column.of("MESSAGE", "message"));
    private static final Duration LOOK = Duration.ofMillis(500);

    /** What the further lines of an entry begin with. */
    private static final String FURTHER = "    ";

    private final Output output;
    private final Wish wish;

    /** Whether the entry is wanted whose further lines may come. */
    private boolean isWanted;

    LogLines(Session session, Wish wish) {
        output = session.output();
        this.wish = wish;
    }

    int journal() throws IOException, InterruptedException {
        AtomicInteger read = new AtomicInteger();
        AtomicInteger printed = new AtomicInteger();
        int code;
        try {
            code =
                    new Journal(List.of("journalctl"))
                            .read(
                                    wish.lines(),
                                    wish.follow(),
                                    line -> {
                                        read.incrementAndGet();
                                        if (wants(line)) {
                                            printed.incrementAndGet();
                                            print(line);
                                        }
                                    });
        } catch (IOException e) {
            throw new IOException(
                    "journalctl cannot be started (%s): name the daemon's log with --file, or ask the daemon with --from daemon"
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
                            + " yourself logs to its standard error, so name that file with --file,"
                            + " or ask the daemon with --from daemon");
        }
        noteIfNothing(read.get(), printed.get());
        return ExitCode.OK;
    }

    private boolean wants(JournalLine line) {
        return wish.about().test(line.message())
                && wish.window().wants(Optional.of(line.at()), line.level(), line.message());
    }

    private void noteIfNothing(int read, int printed) {
        if (printed == 0) {
            output.note(
                    "none of the last %d lines is one of those that you ask for: look at more with"
                                    .formatted(read)
                            + " --lines");
        }
    }

    private void print(JournalLine line) {
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

    int file(Path path) throws IOException, InterruptedException {
        LogFile log = new LogFile(path);
        List<String> all = log.read();
        List<String> last = all.subList(Math.max(0, all.size() - wish.lines()), all.size());
        int printed = print(last);
        if (!wish.follow()) {
            noteIfNothing(last.size(), printed);
        }
        while (wish.follow() && !output.isBroken()) {
            Thread.sleep(LOOK);
            print(log.read());
        }
        return ExitCode.OK;
    }

    private int print(List<String> lines) {
        int printed = 0;
        for (String line : lines) {
            isWanted =
                    line.startsWith(FURTHER)
                            ? isWanted
                            : wish.about().test(line) && wish.window().wants(line);
            if (isWanted) {
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
