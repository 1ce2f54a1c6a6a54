package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.host.Host;
import dev.culvert.daemon.client.host.Outcome;
import dev.culvert.daemon.client.host.ThisHost;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert config …}: asks the daemon, or the program of a daemon that does not run. */
@Command(
        name = "config",
        description = "Checks the daemon's settings, and shows who set each of them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "validate and print --offline run the program culvertd of this host, for which no daemon",
            "needs to run. Variables such as CULVERT_HTTP_LISTEN count as they are set here."
        })
final class ConfigCommand {
    private ConfigCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new ConfigCommand())
                .addSubcommand(new Validate(session))
                .addSubcommand(new Print(session));
    }

    /** Runs the daemon's program: the one next to this command, else that of the PATH. */
    private static Outcome daemon(Session session, List<String> arguments) throws UsageException {
        Host host = new ThisHost(session.around().environment());
        List<String> command = new ArrayList<>();
        command.add(host.daemonProgram());
        command.addAll(arguments);
        Outcome outcome = host.run(command);
        if (outcome.isNotThere()) {
            throw new UsageException(
                    "there is no culvertd in the PATH here: run this on the daemon's host, or"
                            + " install the package culvertd");
        }
        return outcome;
    }

    @Command(
            name = "validate",
            description =
                    "Reports every mistake in the settings file, with its line and column, and in the"
                            + " CULVERT_… variables of this environment.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the settings are valid", "2:they are not"})
    private static final class Validate implements Verb {
        private static final View VIEW =
                View.of("file", Column.of("FILE", "file"), Column.of("VALID", "valid"));

        private final Session session;

        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description = "The file to check. Default: the one that the daemon would read.")
        private @Nullable Path file;

        private Validate(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            List<String> arguments = new ArrayList<>(List.of("config", "validate"));
            if (file != null) {
                arguments.add(file.toString());
            }
            Outcome outcome = daemon(session, arguments);
            Output output = session.output();
            if (output.format() == Format.TABLE) {
                outcome.said().lines().forEach(output::note);
            } else {
                List<Value> mistakes =
                        outcome.isOk() ? List.of() : outcome.said().lines().map(Value::of).toList();
                output.item(
                        Value.members(
                                "file",
                                file == null ? "" : file.toString(),
                                "valid",
                                outcome.isOk(),
                                "mistakes",
                                Value.of(mistakes)),
                        VIEW);
            }
            return outcome.isOk() ? ExitCode.OK : ExitCode.USAGE;
        }
    }

    @Command(
            name = "print",
            description =
                    "Prints the settings of the daemon that runs, with the source of each that is not a"
                            + " default.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The table and the other formats have a row for each key, with from: the file with line",
                "and column, the variable, or nothing for a default. Secrets are not printed. Where a",
                "reload has read a value that only a restart puts into force, after_restart has it.",
                "",
                "Only operators may ask the daemon: on its admin socket, or with a token that has the",
                "scope admin.",
                "",
                "Examples:",
                "  culvert config print --effective",
                "  culvert config print --offline --config new.jsonc"
            })
    private static final class Print implements Verb {
        private static final View VIEW =
                View.of(
                        "key",
                        Column.of("KEY", "key"),
                        Column.of("VALUE", value -> value.at("value").json()),
                        Column.of("FROM", Print::source)
                                .in(row -> row.at("from").isNothing() ? Tone.FAINT : Tone.PLAIN));

        private static final Column AFTER_RESTART =
                Column.of("AFTER A RESTART", Print::afterRestart).in(_ -> Tone.CAUTION);

        private final Session session;

        @Option(
                names = "--effective",
                description =
                        "All settings, also the defaults. Without it, only what somebody set.")
        private boolean effective;

        @Option(
                names = "--offline",
                description =
                        "Asks no daemon: prints what a daemon would read that is started here now.")
        private boolean offline;

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description =
                        "The settings file, with --offline. Default: the one that the daemon would"
                                + " read.")
        private @Nullable Path file;

        private Print(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            boolean asks = !offline && file == null;
            List<Value> rows =
                    (asks ? ofTheDaemon() : ofTheProgram())
                            .stream().filter(row -> effective || isSet(row)).toList();
            boolean waits = rows.stream().anyMatch(row -> !row.at("after_restart").isNothing());
            session.output().items(rows, waits ? VIEW.with(AFTER_RESTART) : VIEW);
            return ExitCode.OK;
        }

        private List<Value> ofTheDaemon() throws IOException {
            return session.api().get(AdminPaths.SETTINGS).at("settings").list();
        }

        private static boolean isSet(Value row) {
            return !row.at("from").isNothing() || !row.at("after_restart").isNothing();
        }

        private List<Value> ofTheProgram() throws IOException {
            List<String> arguments = new ArrayList<>(List.of("serve", "--print-config"));
            if (file != null) {
                arguments.addAll(List.of("--config", file.toString()));
            }
            Outcome outcome = daemon(session, arguments);
            if (!outcome.isOk()) {
                throw new UsageException("the settings are not valid: " + outcome.said());
            }
            return PrintedSettings.rows(outcome.out());
        }

        private static String source(Value row) {
            String from = row.at("from").isNothing() ? "default" : row.text("from");
            return row.at("secret").isNothing() || row.at("from").isNothing()
                    ? from
                    : from + ", not shown";
        }

        private static String afterRestart(Value row) {
            Value next = row.at("after_restart");
            return next.isNothing() ? "" : next.at("value").json() + " (" + source(next) + ")";
        }
    }
}
