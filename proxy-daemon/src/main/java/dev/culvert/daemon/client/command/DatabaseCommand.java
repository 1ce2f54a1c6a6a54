package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert db …}; without a verb of its own it checks. */
@Command(
        name = "db",
        description = "Checks or backs up the daemon's database, while it runs.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class DatabaseCommand implements Verb {
    private static final View CHECKED =
            View.of(
                    "status",
                    Column.of("status", "status")
                            .in(value -> value.text("status").equals("ok") ? Tone.GOOD : Tone.BAD),
                    Column.of("file", "file"),
                    Column.of("bytes", "bytes"),
                    Column.of("problems", DatabaseCommand::problems));

    private static final View COPY =
            View.of("file", Column.of("file", "file"), Column.of("bytes", "bytes"));

    private final Session session;

    private DatabaseCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new DatabaseCommand(session))
                .addSubcommand(new CheckDatabase(session))
                .addSubcommand(new BackUpDatabase(session));
    }

    @Override
    public int run() throws IOException {
        return check(session, false);
    }

    /** However long reading it takes. */
    private static int check(Session session, boolean isQuick) throws IOException {
        String path = AdminPaths.DATABASE + (isQuick ? "?quick=true" : "");
        Value checked = session.api().ask(Request.get(path).patient(Duration.ZERO));
        session.output().item(checked, CHECKED);
        return checked.text("status").equals("ok") ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String problems(Value checked) {
        List<String> all = checked.at("problems").list().stream().map(Value::text).toList();
        return String.join("; ", all);
    }

    @Command(
            name = "check",
            description = "Reads the whole database, and tells whether it is sound.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:it is sound", "1:it is damaged"})
    private static final class CheckDatabase implements Verb {
        private final Session session;

        @Option(names = "--quick", description = "Reads only the schema: whether it answers.")
        private boolean quick;

        private CheckDatabase(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return check(session, quick);
        }
    }

    @Command(
            name = "backup",
            description = {
                "Writes a copy of the database beside it, to the folder backups of state_dir on the daemon's host.",
                "To restore it, stop the daemon, copy it over culvert.db, and remove culvert.db-wal and culvert.db-shm."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  culvert db backup before-upgrade.db"})
    private static final class BackUpDatabase implements Verb {
        private final Session session;

        @Parameters(
                arity = "0..1",
                paramLabel = "NAME",
                description = "Its name. Default: culvert- and the time")
        private @Nullable String name;

        private BackUpDatabase(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            String path = AdminPaths.DATABASE + "/backups";
            Request request =
                    name == null
                            ? Request.post(path)
                            : Request.post(path, Value.members("name", name));
            Value copy = session.api().ask(request.patient(Duration.ZERO));
            session.output().done("the backup is " + copy.text("file"), copy, COPY);
            return ExitCode.OK;
        }
    }
}
