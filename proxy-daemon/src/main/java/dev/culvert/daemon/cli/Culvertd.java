package dev.culvert.daemon.cli;

import dev.culvert.about.Version;
import dev.culvert.settings.BadSettingsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code culvertd}, of which all others are part. */
@Command(
        name = "culvertd",
        description = "Carries HTTP and SSE to the AI agents in this host's MicroVMs.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "culvertd COMMAND --help tells more of each."})
public final class Culvertd {
    static final int FAILED = 1;
    static final int WRONG = 2;

    private static final Path DEFAULT_FILE = Path.of("/etc/culvert/culvertd.jsonc");

    private Culvertd() {}

    /**
     * Does what the arguments say and returns the exit code.
     *
     * @param environment what {@code System.getenv()} has
     */
    public static int run(
            Launcher launcher,
            Map<String, String> environment,
            PrintWriter out,
            PrintWriter err,
            String... arguments) {
        return commands(launcher, new Layers(environment, DEFAULT_FILE))
                .setOut(out)
                .setErr(err)
                .execute(arguments);
    }

    /** What there is, to be written down by the build in manual and completion. */
    static CommandSpec spec() {
        return commands((_, _, _) -> 0, new Layers(Map.of(), DEFAULT_FILE)).getCommandSpec();
    }

    static CommandLine commands(Launcher launcher, Layers layers) {
        CommandLine config =
                new CommandLine(new ConfigCommand()).addSubcommand(new ValidateCommand(layers));
        return new CommandLine(new Culvertd())
                .addSubcommand(new ServeCommand(launcher, layers))
                .addSubcommand(config)
                .setUsageHelpWidth(90)
                .setParameterExceptionHandler(Culvertd::wrongUsage)
                .setExecutionExceptionHandler(Culvertd::failed);
    }

    private static int wrongUsage(ParameterException e, String[] arguments) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        List<String> meant =
                e instanceof UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        String hint = meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?";
        e.getCommandLine()
                .getErr()
                .println(command + ": " + e.getMessage() + hint + " (see " + command + " --help)");
        return WRONG;
    }

    private static int failed(Exception e, CommandLine line, ParseResult result) {
        switch (e) {
            case BadSettingsException bad -> {
                line.getErr().println(bad.getMessage());
                return WRONG;
            }
            // A mistake of ours and not of the user's.
            case RuntimeException bug -> bug.printStackTrace(line.getErr());
            default -> line.getErr().println("culvertd: " + e.getMessage());
        }
        return FAILED;
    }

    static final class BuildVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"culvertd " + Version.text()};
        }
    }
}
