package dev.culvert.daemon.cli;

import picocli.CommandLine.Command;

/** {@code culvertd config …}. */
@Command(
        name = "config",
        description = "Checks settings files.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand {}
