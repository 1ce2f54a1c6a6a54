package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.about.Version;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.TargetOptions;
import dev.culvert.daemon.client.console.Script;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.io.Quoted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

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
            "  admin socket      $XDG_RUNTIME_DIR/culvert/admin.sock, where a daemon has it that"
                    + " you",
            "                    started yourself, or /run/culvert/admin.sock; the first that"
                    + " answers",
            "  otherwise         http://127.0.0.1:8470",
            "",
            "Without a COMMAND, a terminal gets the console: commands, agents and the shell in one",
            "place; ? shows its keys. --mode says what it may do. With -f FILE, or as culvert exec",
            "LINE, the same lines run as a script, to which --dry-run, --yes and --keep-going apply.",
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
public final class Culvert implements Verb {
    static final int USAGE_WIDTH = 90;
    private static final List<String> HELP = List.of("-h", "--help", "-V", "--version");
    static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);

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
    private Duration timeout = USUAL_TIMEOUT;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description =
                    "Without a COMMAND: runs the lines of this file as the console would; - is"
                            + " stdin.")
    private @Nullable String file;

    @Mixin private final ScriptFlags script = new ScriptFlags();
    @Spec private @Nullable CommandSpec spec;
    private @Nullable Session session;

    private Culvert() {}

    /** Runs the verb that the arguments name, and returns its exit code. */
    public static int run(Surroundings around, String... arguments) {
        return run(around, OutputListener.NONE, arguments);
    }

    /** The same; the listener is told what the verb finds. */
    static int run(Surroundings around, OutputListener listener, String... arguments) {
        return commands(around, listener, List.of(arguments))
                .setOut(around.out())
                .setErr(around.err())
                .execute(arguments);
    }

    /** The words at the beginning that name a verb. */
    static String verb(CommandSpec all, List<String> words) {
        CommandSpec at = all;
        int count = 0;
        for (String word : words) {
            CommandLine below = at.subcommands().get(word);
            if (below == null) {
                break;
            }
            at = below.getCommandSpec();
            count++;
        }
        return String.join(" ", words.subList(0, count));
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
        return commands(nowhere, OutputListener.NONE, List.of()).getCommandSpec();
    }

    private static CommandLine commands(
            Surroundings around, OutputListener listener, List<String> arguments) {
        Culvert options = new Culvert();
        Session session =
                new Session(
                        around,
                        options::target,
                        () -> options.format,
                        () -> options.colour,
                        listener);
        options.session = session;
        CommandLine line = new CommandLine(options);
        if (!isWithoutVerb(around, arguments)
                || Verbs.isAnyIn(arguments, session, options.console())) {
            Verbs.add(line, session, options.console(), arguments);
        }
        return line.setUsageHelpWidth(USAGE_WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAllowSubcommandsAsOptionParameters(true)
                .setExecutionStrategy(options::execute)
                .setParameterExceptionHandler(Culvert::wrongUsage)
                .setExecutionExceptionHandler((e, failed, _) -> failed(e, failed, session));
    }

    /* Describing all verbs would take longer than the console takes to start. */
    private static boolean isWithoutVerb(Surroundings around, List<String> arguments) {
        return around.place().terminal().out()
                && (arguments.isEmpty() || arguments.getFirst().startsWith("-"))
                && Collections.disjoint(arguments, HELP);
    }

    private ConsoleStart console() {
        return new ConsoleStart(() -> colour);
    }

    /* A flag of scripts before a verb would do nothing, and --dry-run has to be believed. */
    private int execute(ParseResult parsed) {
        String given = file == null ? script.given() : "--file";
        if (parsed.hasSubcommand() && !given.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "%s is for lines of the console: write it after the verb if that takes it"
                            .formatted(given));
        }
        return new RunLast().execute(parsed);
    }

    /** Without a verb: a script, or the console. */
    @Override
    public int run() throws IOException {
        Session opened = Objects.requireNonNull(session);
        if (file == null && ConsoleStart.isAtTerminal(opened.around())) {
            return console().interactive(opened, script);
        }
        if (file == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "Missing required subcommand");
        }
        String text =
                file.equals("-")
                        ? new String(opened.around().in().readAllBytes(), UTF_8)
                        : GivenFile.text(Path.of(file));
        return console()
                .script(opened, Script.steps(file.equals("-") ? "stdin" : file, text), script);
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
        session.failed(e);
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
