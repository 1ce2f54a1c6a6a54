package dev.culvert.guest.cli;

import dev.culvert.about.Version;
import dev.culvert.guest.config.GuestSettings.LogLevel;
import dev.culvert.guest.config.ListenSettings.AcceptFrom;
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

/** Every flag that there is, as picocli reads and explains them. */
/* The options are built by hand, for finding them by annotations takes longer than all the rest. */
final class PicocliFlags {
    private PicocliFlags() {}

    /**
     * Values by flag; empty where help or version was asked for, which is then printed.
     *
     * @throws IllegalArgumentException where a flag is wrong, with a sentence that says so
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
        List<String> near =
                e instanceof UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /** The build writes it down in manual and completion. */
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
                                "The same settings as JSON with comments: max_turns for",
                                "--max-turns, and so on.")
                        .build());
        spec.addOption(
                OptionSpec.builder(Flag.PRINT_CONFIG)
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

    private static OptionSpec option(Flag flag) {
        OptionSpec.Builder option =
                OptionSpec.builder(flag.name())
                        .paramLabel(flag.parameter())
                        .type(String.class)
                        .description(flag.description());
        switch (flag.parameter()) {
            case "WHO" -> option.completionCandidates(names(AcceptFrom.values()));
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
                        "Answers the host's messages from inside a MicroVM: bridges them to the",
                        "LLM runtime, guards the tools, and keeps the agent's configuration.",
                        "")
                .footer(
                        "",
                        "Environment:",
                        "  CULVERT_AGENT_KEY   any of these: --max-turns is"
                                + " CULVERT_AGENT_MAX_TURNS",
                        "",
                        "Flags count more than the environment, the environment more than the file,"
                                + " and the",
                        "file more than the defaults.",
                        "",
                        "Under systemd it tells when it is ready, stops and how it is"
                                + " (NOTIFY_SOCKET), feeds",
                        "the watchdog while its event loop turns (WATCHDOG_USEC), and listens on"
                                + " the socket",
                        "of a socket unit in place of --listen (LISTEN_FDS).",
                        "",
                        "SIGTERM and SIGINT stop it: turns have --drain to end, and a second signal"
                                + " ends them at",
                        "once. SIGHUP does nothing: settings are read at the start only.",
                        "",
                        "Examples:",
                        "  culvert-agent --runtime-key-file /etc/culvert/runtime.key",
                        "  culvert-agent --listen tcp://127.0.0.1:9103 --runtime echo --echo-delay"
                                + " 100ms");
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "stopped as told, after turns had time to end");
        codes.put("1", "could not run");
        codes.put("2", "wrong flags or settings; every problem is printed");
        codes.put("130", "stopped at a second signal, before turns had ended");
        return codes;
    }
}
