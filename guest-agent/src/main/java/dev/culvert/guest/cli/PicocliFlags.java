package dev.culvert.guest.cli;

import dev.culvert.about.Spelling;
import dev.culvert.about.Version;
import dev.culvert.guest.config.GuestSettings.LogLevel;
import dev.culvert.guest.config.ListenSettings.AcceptFrom;
import dev.culvert.guest.config.RuntimeKind;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads and explains the flags with picocli. */
/* The options are built by hand, because finding them by annotations takes longer than everything else. */
final class PicocliFlags {
    private PicocliFlags() {}

    /**
     * The values by flag; empty if help or the version was asked for, which is then printed.
     *
     * @throws IllegalArgumentException if a flag is wrong; the message says how
     */
    static Optional<Map<String, String>> read(PrintStream out, String... arguments) {
        CommandLine command = new CommandLine(spec());
        ParseResult given;
        try {
            given = command.parseArgs(arguments);
        } catch (ParameterException e) {
            throw new IllegalArgumentException(
                    "culvert-agent: " + e.getMessage() + meant(e) + " (see culvert-agent --help)",
                    e);
        }
        if (given.isUsageHelpRequested()) {
            command.usage(out);
            return Optional.empty();
        }
        if (given.isVersionHelpRequested()) {
            command.printVersionHelp(out);
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (OptionSpec option : given.matchedOptions()) {
            values.put(option.longestName(), option.getValue().toString());
        }
        return Optional.of(values);
    }

    private static String meant(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        String wrong = unmatched.getUnmatched().getFirst().split("=", 2)[0];
        return Spelling.question(wrong, e.getCommandLine().getCommandSpec().optionsMap().keySet());
    }

    /** The build makes the manual and the shell completion from it. */
    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("culvert-agent");
        spec.version("culvert-agent " + Version.text());
        spec.usageMessage(usage());
        Flag.ALL.forEach(flag -> spec.addOption(option(flag)));
        spec.addOption(
                OptionSpec.builder(Flag.CONFIG)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(
                                "A file with the same settings as JSON with comments:",
                                "max_turns for --max-turns, and so on.")
                        .build());
        spec.addOption(
                OptionSpec.builder(Flag.PRINT_CONFIG)
                        .description("Prints the settings in force, and exits.")
                        .build());
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Prints this help, and exits.")
                        .build());
        spec.addOption(
                OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Prints the version, and exits.")
                        .build());
        return spec;
    }

    private static OptionSpec option(Flag flag) {
        OptionSpec.Builder option =
                OptionSpec.builder(flag.name())
                        .paramLabel(flag.parameter())
                        .type(String.class)
                        .description(flag.description());
        switch (flag.parameter()) {
            case "WHO" -> option.completionCandidates(names(AcceptFrom.values()));
            case "KIND" -> option.completionCandidates(names(RuntimeKind.values()));
            case "YES" -> option.completionCandidates(List.of("true", "false"));
            case "LEVEL" -> option.completionCandidates(names(LogLevel.values()));
            case "FILE", "DIR" -> option.type(Path.class);
            default -> {}
        }
        return option.build();
    }

    private static List<String> names(Enum<?>... values) {
        return Stream.of(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
    }

    private static UsageMessageSpec usage() {
        return new UsageMessageSpec()
                .width(90)
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes())
                .description(
                        "Answers the host's messages inside a MicroVM: passes them to the LLM",
                        "runtime, blocks tools that are not allowed, and keeps the agent's",
                        "configuration.",
                        "")
                .footer(
                        "",
                        "Environment:",
                        "  CULVERT_AGENT_KEY   any of these settings: CULVERT_AGENT_MAX_TURNS for"
                                + " --max-turns",
                        "",
                        "Precedence: flags, then environment variables, then the file, then the"
                                + " defaults.",
                        "",
                        "Programs in the VM talk to an agent that runs with --local-socket:",
                        "  culvert-agent publish SUBJECT [DATA]          says something on a subject",
                        "  culvert-agent request SUBJECT [DATA]          asks the host, prints the reply",
                        "  culvert-agent subscribe MATCH                 prints what others say",
                        "  culvert-agent answer MATCH COMMAND [ARG...]   answers requests of the host",
                        "culvert-agent publish --help says more.",
                        "",
                        "Under systemd the agent reports its status (NOTIFY_SOCKET), feeds the"
                                + " watchdog while",
                        "its event loop runs (WATCHDOG_USEC), and listens on the socket of a socket"
                                + " unit",
                        "instead of --listen (LISTEN_FDS).",
                        "",
                        "SIGTERM and SIGINT stop the agent: running turns may go on for --drain; a"
                                + " second signal",
                        "ends them at once. SIGHUP does nothing, because settings are read only at"
                                + " the start.",
                        "",
                        "Examples:",
                        "  culvert-agent --runtime-key-file /etc/culvert/runtime.key",
                        "  culvert-agent --listen tcp://127.0.0.1:9103 --runtime echo --echo-delay"
                                + " 100ms");
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "stopped by a signal, after turns had time to end");
        codes.put("1", "could not start");
        codes.put("2", "wrong flags or settings; all problems are printed");
        codes.put("130", "stopped at once by a second signal");
        return codes;
    }
}
