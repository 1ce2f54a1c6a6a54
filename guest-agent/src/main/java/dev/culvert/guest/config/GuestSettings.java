package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the guest is told at its start.
 *
 * @param listen where the host reaches it
 * @param runtime where answers come from
 * @param maxTurns at once
 * @param turnLogs what is kept of turns
 * @param maxContextBytes of all context that the host gave
 * @param maxConfigBytes of the configuration that the host gave
 * @param held what may wait in memory
 * @param stateDir where configuration and context are kept over restarts; null to forget them
 * @param drain how long turns may go on after a request to stop
 */
public record GuestSettings(
        ListenSettings listen,
        RuntimeSource runtime,
        int maxTurns,
        TurnLogSettings turnLogs,
        int maxContextBytes,
        int maxConfigBytes,
        HeldSettings held,
        @Nullable Path stateDir,
        Duration drain,
        LogLevel logLevel) {
    /** How much is logged; the names are those of the logging library. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    public static final GuestSettings DEFAULTS =
            new GuestSettings(
                    ListenSettings.DEFAULTS,
                    RuntimeSource.DEFAULT,
                    64,
                    TurnLogSettings.DEFAULTS,
                    64 << 10,
                    1 << 20,
                    HeldSettings.DEFAULTS,
                    null,
                    Duration.ofSeconds(10),
                    LogLevel.INFO);

    public GuestSettings {
        Check.atLeast("max_turns", maxTurns, 1);
        Check.atLeast("max_context_bytes", maxContextBytes, 1);
        Check.bytesBetween("max_config_bytes", maxConfigBytes, 1024, 4 << 20);
        Check.notNegative("drain", drain);
    }

    /** Every key, with what it takes and its default. */
    public static GuestSettings read(Section section) {
        return new GuestSettings(
                ListenSettings.read(section),
                RuntimeSource.read(section),
                section.get("max_turns", Kind.INT, DEFAULTS.maxTurns),
                TurnLogSettings.read(section),
                section.get("max_context_bytes", Kind.BYTES, DEFAULTS.maxContextBytes),
                section.get("max_config_bytes", Kind.BYTES, DEFAULTS.maxConfigBytes),
                HeldSettings.read(section),
                section.find("state_dir", Kind.PATH).orElse(null),
                section.get("drain", Kind.DURATION, DEFAULTS.drain),
                section.get("log_level", Kind.choice(LogLevel.class), DEFAULTS.logLevel));
    }
}
