package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the guest agent.
 *
 * @param listen where the host reaches it
 * @param join where it dials in
 * @param identity who it is there
 * @param runtime where answers come from
 * @param turns how many turns, and how much is kept of them
 * @param subjects what it passes on between the host and programs in the VM
 * @param tunnels what hosts may connect to in the VM
 * @param outside where programs in the VM reach what is outside
 * @param tools what it does itself for the runtime's model
 * @param maxContextBytes of all context that the host gave
 * @param maxConfigBytes of the configuration that the host gave
 * @param maxHeldBytes of all links: frames that have come in part, and frames that their hosts do
 *     not read
 * @param stateDir where configuration, context and identity survive a restart; null to forget them
 * @param heartbeat how often the agent says that it is there, and looks whether its runtime is
 * @param drain how long turns may go on when the agent is told to stop
 */
public record GuestSettings(
        ListenSettings listen,
        JoinSettings join,
        IdentitySettings identity,
        RuntimeSource runtime,
        TurnLimits turns,
        SubjectSettings subjects,
        TunnelSettings tunnels,
        OutsideSettings outside,
        ToolSettings tools,
        int maxContextBytes,
        int maxConfigBytes,
        int maxHeldBytes,
        @Nullable Path stateDir,
        Duration heartbeat,
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

    private static final Duration LEAST_HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration MOST_HEARTBEAT = Duration.ofSeconds(60);

    public static final GuestSettings DEFAULTS =
            new GuestSettings(
                    ListenSettings.DEFAULTS,
                    JoinSettings.DEFAULTS,
                    IdentitySettings.DEFAULTS,
                    RuntimeSource.DEFAULT,
                    TurnLimits.DEFAULTS,
                    SubjectSettings.DEFAULTS,
                    TunnelSettings.DEFAULTS,
                    OutsideSettings.DEFAULTS,
                    ToolSettings.DEFAULTS,
                    64 << 10,
                    1 << 20,
                    16 << 20,
                    null,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    LogLevel.INFO);

    /** The largest frame, and what a link needs besides. */
    static final int LEAST_HELD_BYTES = 5 << 20;

    /** All that is held must fit, with the logs, into -XX:MaxDirectMemorySize of jvm.options. */
    static final int MOST_HELD_BYTES = 1 << 30;

    public GuestSettings {
        Check.atLeast("max_context_bytes", maxContextBytes, 1);
        Check.bytesBetween("max_config_bytes", maxConfigBytes, 1024, 4 << 20);
        Check.bytesBetween("max_held_bytes", maxHeldBytes, LEAST_HELD_BYTES, MOST_HELD_BYTES);
        Check.that(
                heartbeat.compareTo(LEAST_HEARTBEAT) >= 0
                        && heartbeat.compareTo(MOST_HEARTBEAT) <= 0,
                "heartbeat",
                Units.text(heartbeat),
                "it must be from 1s to 60s");
        Check.notNegative("drain", drain);
    }

    /** Every key, with the values that it takes and its default. */
    public static GuestSettings read(Section section) {
        JoinSettings join = JoinSettings.read(section);
        return new GuestSettings(
                ListenSettings.read(section, join.target().isPresent()),
                join,
                IdentitySettings.read(section),
                RuntimeSource.read(section),
                TurnLimits.read(section),
                SubjectSettings.read(section),
                TunnelSettings.read(section),
                OutsideSettings.read(section),
                ToolSettings.read(section),
                section.get("max_context_bytes", Kind.BYTES, DEFAULTS.maxContextBytes),
                section.get("max_config_bytes", Kind.BYTES, DEFAULTS.maxConfigBytes),
                section.get("max_held_bytes", Kind.BYTES, DEFAULTS.maxHeldBytes),
                section.find("state_dir", Kind.PATH).orElse(null),
                section.get("heartbeat", Kind.DURATION, DEFAULTS.heartbeat),
                section.get("drain", Kind.DURATION, DEFAULTS.drain),
                section.get("log_level", Kind.choice(LogLevel.class), DEFAULTS.logLevel));
    }
}
