package dev.culvert.daemon.cli;

import picocli.CommandLine.Command;

/** {@code culvertd token …}. */
@Command(
        name = "token",
        description = "Makes tokens in the state_dir, also where no daemon runs.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND")
final class TokenCommand {}
