package dev.culvert.daemon.cli;

import dev.culvert.about.Spelling;
import dev.culvert.about.Version;
import dev.culvert.settings.BadSettingsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code culvertd}, with its subcommands. */
@Command(
        name = "culvertd",
        description = "Connects HTTP clients to the AI agents in this host's MicroVMs.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "culvertd COMMAND --help describes each command."})
public final class Culvertd {
    static final int FAILED = 1;
    static final int WRONG = 2;

    private static final Path DEFAULT_FILE = Path.of("/etc/culvert/culvertd.jsonc");

    private Culvertd() {}

    /**
     * Runs the command that the arguments name, and returns its exit code.
     *
     * @param environment as {@code System.getenv()}
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

    /** All commands, from which the build makes the manual page and the completion. */
    static CommandSpec spec() {
        return commands((_, _, _) -> 0, new Layers(Map.of(), DEFAULT_FILE)).getCommandSpec();
    }

    static CommandLine commands(Launcher launcher, Layers layers) {
        CommandLine config =
                new CommandLine(new ConfigCommand()).addSubcommand(new ValidateCommand(layers));
        CommandLine token =
                new CommandLine(new TokenCommand()).addSubcommand(new TokenCreateCommand(layers));
        return new CommandLine(new Culvertd())
                .addSubcommand(new ServeCommand(launcher, layers))
                .addSubcommand(new InitCommand(layers))
                .addSubcommand(token)
                .addSubcommand(config)
                .setUsageHelpWidth(90)
                .setParameterExceptionHandler(Culvertd::wrongUsage)
                .setExecutionExceptionHandler(Culvertd::failed);
    }

    private static int wrongUsage(ParameterException e, String[] arguments) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String hint = e instanceof UnmatchedArgumentException unmatched ? meant(unmatched) : "";
        e.getCommandLine()
                .getErr()
                .println(command + ": " + e.getMessage() + hint + " (see " + command + " --help)");
        return WRONG;
    }

    private static String meant(UnmatchedArgumentException e) {
        String wrong = e.getUnmatched().getFirst().split("=", 2)[0];
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        return Spelling.question(
                wrong,
                wrong.startsWith("-") ? spec.optionsMap().keySet() : spec.subcommands().keySet());
    }

    private static int failed(Exception e, CommandLine line, ParseResult result) {
        switch (e) {
            case BadSettingsException bad -> {
                line.getErr().println(bad.getMessage());
                return WRONG;
            }
            // Our mistake, not the user's.
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
