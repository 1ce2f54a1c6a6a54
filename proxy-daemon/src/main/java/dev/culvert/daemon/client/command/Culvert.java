package dev.culvert.daemon.client.command;

import dev.culvert.about.Version;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.TargetOptions;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.io.Quoted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The command {@code culvert}: its verbs, and the flags that all of them take. */
@Command(
        name = "culvert",
        description = "Talks to a Culvert daemon: its agents, turns, tokens and settings.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvert.BuildVersion.class,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "The daemon is the first that one of these names:",
            "  --url             with --token-file, or with the token of CULVERT_TOKEN",
            "  --context         a name from culvert context list",
            "  CULVERT_URL       with CULVERT_TOKEN or CULVERT_TOKEN_FILE",
            "  current           the context that culvert context use has chosen",
            "  admin socket      $XDG_RUNTIME_DIR/culvert/admin.sock, where a daemon has it that you",
            "                    started yourself, or /run/culvert/admin.sock; the first that answers",
            "  otherwise         http://127.0.0.1:8470",
            "",
            "Environment:",
            "  CULVERT_URL         the address of the daemon, as --url takes it",
            "  CULVERT_TOKEN       the secret of a token",
            "  CULVERT_TOKEN_FILE  a file with that secret; used if CULVERT_TOKEN is not set",
            "  NO_COLOR            if it is not empty, there are no colours",
            "",
            "Results go to stdout and messages to stderr. --output json, jsonl and yaml are"
                    + " stable;",
            "the table is for people and may change. culvert COMMAND --help describes each command."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed",
            "2:wrong flags, arguments or files",
            "3:the daemon or the agent cannot be reached",
            "4:refused: the token is missing or may not do this, or a limit is reached",
            "5:not found",
            "6:a run of a flow was cancelled",
            "7:a run of a flow asks about a step (culvert flow resume)",
            "130:stopped with Ctrl-C"
        })
public final class Culvert {
    static final int USAGE_WIDTH = 90;

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "The daemon: http://HOST:PORT, https://HOST:PORT or unix:///PATH.")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A file that contains the secret of a token.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--context",
            paramLabel = "CONTEXT",
            scope = ScopeType.INHERIT,
            description = "A daemon that has a name (see culvert context --help).")
    private @Nullable String context;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Certificates in PEM, to trust for https instead of the usual ones.")
    private @Nullable Path caFile;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            scope = ScopeType.INHERIT,
            description = "table, json, jsonl, yaml or name. Default: table")
    private Format format = Format.TABLE;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            defaultValue = "auto",
            scope = ScopeType.INHERIT,
            description = "auto, always or never. Default: auto, on a terminal only")
    private Session.Colour colour = Session.Colour.AUTO;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationText.class,
            scope = ScopeType.INHERIT,
            description = "How long the daemon may be silent: 500ms, 30s, 2m. Default: 30s")
    private Duration timeout = Duration.ofSeconds(30);

    private Culvert() {}

    /** Runs the verb that the arguments name, and returns its exit code. */
    public static int run(Surroundings around, String... arguments) {
        return commands(around, List.of(arguments))
                .setOut(around.out())
                .setErr(around.err())
                .execute(arguments);
    }

    /** All commands, from which the build makes the manual pages and the completion. */
    static CommandSpec spec() {
        Surroundings nowhere =
                new Surroundings(
                        Map.of(),
                        new ByteArrayInputStream(new byte[0]),
                        new PrintWriter(Writer.nullWriter()),
                        new PrintWriter(Writer.nullWriter()),
                        new Surroundings.Place(Path.of("/"), List.of(), Terminal.NONE, _ -> {}));
        return commands(nowhere, List.of()).getCommandSpec();
    }

    private static CommandLine commands(Surroundings around, List<String> arguments) {
        Culvert options = new Culvert();
        Session session =
                new Session(around, options::target, () -> options.format, () -> options.colour);
        CommandLine line = new CommandLine(options);
        Verbs.add(line, session, arguments);
        return line.setUsageHelpWidth(USAGE_WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAllowSubcommandsAsOptionParameters(true)
                .setParameterExceptionHandler(Culvert::wrongUsage)
                .setExecutionExceptionHandler((e, failed, _) -> failed(e, failed, session));
    }

    private TargetOptions target() {
        return new TargetOptions(
                Optional.ofNullable(url),
                Optional.ofNullable(tokenFile),
                Optional.ofNullable(context),
                Optional.ofNullable(caFile),
                timeout);
    }

    private static int wrongUsage(ParameterException e, String[] arguments) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        e.getCommandLine()
                .getErr()
                .println(
                        command
                                + ": "
                                + e.getMessage()
                                + Hints.of(e, List.of(arguments))
                                + " (see "
                                + command
                                + " --help)");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine line, Session session) {
        if (e instanceof IOException) {
            String message = e.getMessage() + Hints.of(e, session);
            line.getErr().println("culvert: " + Quoted.lines(message)); // it may name a file
        } else {
            e.printStackTrace(line.getErr()); // our mistake, not the user's
        }
        return ExitCode.of(e);
    }

    static final class BuildVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"culvert " + Version.text()};
        }
    }
}
