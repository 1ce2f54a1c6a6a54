package dev.culvert.daemon.client.command;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** At which turns a verb looks again and again, and how often. */
final class LookFlags {
    @Option(names = "--agent", paramLabel = "AGENT", description = "Only turns of this agent.")
    private @Nullable String agent;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = DurationText.class,
            description = "The time between two looks. Default: 1s")
    private Duration interval = Duration.ofSeconds(1);

    @Nullable String agent() {
        return agent;
    }

    Duration interval() {
        return interval;
    }
}
