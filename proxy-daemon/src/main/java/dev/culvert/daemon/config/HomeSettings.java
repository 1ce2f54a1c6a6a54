package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code home}: the link to each agent that stays open and shows its presence.
 *
 * @param heartbeatInterval how often an agent should send something
 * @param missed heartbeats in a row after which an agent is unreachable
 * @param backoffMin the longest wait before the second attempt to reach it; the first has none
 * @param backoffMax the longest wait before any attempt
 * @param changeInterval the shortest time between two reports of one agent's state
 * @param quiesceLimit how long an agent stays quiesced if nobody ends that
 * @param quiesceWait how long a quiesce waits for calls of the agent's tools that run
 * @param driftAfter how long an agent that is reached may lack what it should have before somebody
 *     is told
 */
public record HomeSettings(
        Duration heartbeatInterval,
        int missed,
        Duration backoffMin,
        Duration backoffMax,
        Duration changeInterval,
        Duration quiesceLimit,
        Duration quiesceWait,
        Duration driftAfter) {

    private static final Duration MOST_QUIESCED = Duration.ofDays(1);
    private static final Duration MOST_WAIT = Duration.ofMinutes(10);

    public static final HomeSettings DEFAULTS =
            new HomeSettings(
                    Duration.ofSeconds(10),
                    3,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    Duration.ofMillis(250),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5));

    public HomeSettings {
        Check.positive("heartbeat_interval", heartbeatInterval);
        Check.atLeast("missed", missed, 1);
        Check.positive("backoff_min", backoffMin);
        Check.that(
                backoffMax.compareTo(backoffMin) >= 0,
                "backoff_max",
                Units.text(backoffMax),
                "it must not be less than backoff_min, " + Units.text(backoffMin));
        Check.notNegative("change_interval", changeInterval);
        Check.that(
                quiesceLimit.compareTo(Duration.ofSeconds(1)) >= 0
                        && quiesceLimit.compareTo(MOST_QUIESCED) <= 0,
                "quiesce_limit",
                Units.text(quiesceLimit),
                "it must be from 1s to 24h");
        Check.that(
                !quiesceWait.isNegative() && quiesceWait.compareTo(MOST_WAIT) <= 0,
                "quiesce_wait",
                Units.text(quiesceWait),
                "it must be from 0s to 10m");
        Check.positive("drift_after", driftAfter);
    }

    static HomeSettings read(Section in) {
        return new HomeSettings(
                in.get("heartbeat_interval", Kind.DURATION, DEFAULTS.heartbeatInterval),
                in.get("missed", Kind.INT, DEFAULTS.missed),
                in.get("backoff_min", Kind.DURATION, DEFAULTS.backoffMin),
                in.get("backoff_max", Kind.DURATION, DEFAULTS.backoffMax),
                in.get("change_interval", Kind.DURATION, DEFAULTS.changeInterval),
                in.get("quiesce_limit", Kind.DURATION, DEFAULTS.quiesceLimit),
                in.get("quiesce_wait", Kind.DURATION, DEFAULTS.quiesceWait),
                in.get("drift_after", Kind.DURATION, DEFAULTS.driftAfter));
    }
}
