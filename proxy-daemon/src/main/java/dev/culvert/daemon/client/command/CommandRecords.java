package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.command.LogsCommand.Wish;
import dev.culvert.daemon.client.logs.CommandLog;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** The records of what the console ran in this project. */
final class CommandRecords {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Output output;
    private final Wish wish;
    private final CommandLog log;

    CommandRecords(Session session, Wish wish) throws IOException {
        output = session.output();
        this.wish = wish;
        log =
                ConsoleStart.log(session.around())
                        .orElseThrow(() ->
                                new UsageException(
                                        "no commands are kept: the environment names neither"
                                                + " XDG_STATE_HOME nor HOME"));
    }

    int run() throws IOException, InterruptedException {
        int seen = print(log.read(), 0, wish.lines());
        if (seen == 0 && !wish.follow()) {
            output.note("the console has run nothing here yet, or nothing that you ask for");
        }
        while (wish.follow() && !output.isBroken()) {
            Thread.sleep(LOOK);
            List<Value> all = log.read();
            seen = print(all, Math.min(seen, all.size()), Integer.MAX_VALUE);
        }
        return ExitCode.OK;
    }

    /** Returns how many there are. */
    private int print(List<Value> all, int from, int most) {
        List<Value> wanted = all.subList(from, all.size()).stream().filter(this::wants).toList();
        wanted.subList(Math.max(0, wanted.size() - most), wanted.size())
                .forEach(it -> LogRecords.print(output, it));
        output.piece("");
        return all.size();
    }

    private boolean wants(Value entry) {
        String json = entry.json();
        return wish.about().test(json)
                && wish.operation().map(it -> isOf(entry, it)).orElse(true)
                && wish.window().wants(time(entry), entry.text("level"), json);
    }

    /** The words of a verb; an operation's name has dots between them. */
    private static boolean isOf(Value entry, String operation) {
        return (entry.text("operation") + " ").startsWith(operation.replace('.', ' ') + " ");
    }

    private static Optional<Instant> time(Value entry) {
        try {
            return Optional.of(Instant.parse(entry.text("time")));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
