package dev.culvert.guest.cli;

import dev.culvert.config.BadSettingsException;
import dev.culvert.config.Node;
import dev.culvert.config.Origin;
import dev.culvert.config.Settings;
import dev.culvert.config.Source;
import dev.culvert.config.Version;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command {@code culvert-agent}. */
/* The options are built by hand: finding them by annotations costs more than all else at a start. */
public final class CulvertAgent {
    private static final int FAILED = 1;
    private static final int WRONG = 2;
    private static final String PREFIX = "CULVERT_AGENT_";
    private static final String CONFIG = "--config";

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    CulvertAgent(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /** Runs until it is told to stop; wrong flags exit with 2, a failed start with 1. */
    public static void main(String[] arguments) {
        int code = new CulvertAgent(System.getenv(), System.out, System.err).run(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Returns once the agent listens, or with what there was to print; the exit code otherwise. */
    int run(String... arguments) {
        CommandLine command = new CommandLine(spec());
        try {
            ParseResult flags = command.parseArgs(arguments);
            if (flags.isUsageHelpRequested()) {
                command.usage(out);
                return 0;
            }
            if (flags.isVersionHelpRequested()) {
                command.printVersionHelp(out);
                return 0;
            }
            Settings<GuestSettings> settings = settings(flags);
            if (flags.hasMatchedOption("--print-config")) {
                out.print(settings.print());
                return 0;
            }
            listen(settings.value());
            return 0;
        } catch (ParameterException e) {
            err.println("culvert-agent: " + e.getMessage() + " (see culvert-agent --help)");
            return WRONG;
        } catch (BadSettingsException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return WRONG;
        } catch (IOException e) {
            err.println("culvert-agent: " + e.getMessage());
            return FAILED;
        }
    }

    private Settings<GuestSettings> settings(ParseResult given) throws BadSettingsException {
        Map<String, Node> flags = new HashMap<>();
        for (Flag flag : Flag.ALL) {
            if (given.hasMatchedOption(flag.name())) {
                String value = given.matchedOptionValue(flag.name(), "");
                flags.put(flag.key(), Node.plain(Origin.of("flag " + flag.name()), value));
            }
        }
        List<Source> layers = new ArrayList<>();
        layers.add(flags::get);
        layers.add(Source.environment(PREFIX, environment));
        String file = given.matchedOptionValue(CONFIG, environment.get(PREFIX + "CONFIG"));
        if (file != null) {
            layers.add(Source.file(Path.of(file)));
        }
        return Settings.read(layers, GuestSettings::read);
    }

    private void listen(GuestSettings settings) throws IOException {
        System.setProperty(
                "org.slf4j.simpleLogger.defaultLogLevel",
                settings.logLevel().name().toLowerCase(Locale.ROOT));
        Guest guest = Guest.start(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(guest), "culvert-stop"));
        out.println("listening on " + guest.address());
        out.flush();
    }

    /**
     * A process that was told to stop, and did, has succeeded: the JVM itself would exit with 143.
     */
    private static void stop(Guest guest) {
        guest.close();
        Runtime.getRuntime().halt(0);
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("culvert-agent");
        spec.version("culvert-agent " + Version.text());
        spec.usageMessage(usage());
        Flag.ALL.forEach(flag -> spec.addOption(flag.option()));
        spec.addOption(
                OptionSpec.builder(CONFIG)
                        .paramLabel("FILE")
                        .type(String.class)
                        .description(
                                "The same settings as JSON with comments: max_turns for",
                                "--max-turns, and so on.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--print-config")
                        .description("Prints the settings in force, and stops.")
                        .build());
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Prints this, and stops.")
                        .build());
        spec.addOption(
                OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Prints the version, and stops.")
                        .build());
        return spec;
    }

    private static UsageMessageSpec usage() {
        return new UsageMessageSpec()
                .width(90)
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .description(
                        "Answers the host's messages from inside a MicroVM: bridges them to the",
                        "LLM runtime, guards the tools, and keeps the agent's configuration.",
                        "")
                .footer(
                        "",
                        "Environment:",
                        "  CULVERT_AGENT_KEY   any of these: --max-turns is CULVERT_AGENT_MAX_TURNS",
                        "",
                        "Flags count more than the environment, the environment more than the file, and the",
                        "file more than the defaults.",
                        "",
                        "Exit codes:",
                        "  0   stopped as told, after turns had time to end",
                        "  1   could not run",
                        "  2   wrong flags or settings; every problem is printed",
                        "",
                        "Examples:",
                        "  culvert-agent --runtime-key-file /etc/culvert/runtime.key",
                        "  culvert-agent --listen tcp://127.0.0.1:9103 --runtime echo --echo-delay 100ms");
    }
}
