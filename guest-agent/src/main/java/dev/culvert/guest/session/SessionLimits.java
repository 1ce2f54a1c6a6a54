package dev.culvert.guest.session;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.TurnLogSettings;

/**
 * What the agent may hold.
 *
 * @param maxContextBytes of all kept context; the oldest is dropped to stay within it
 */
public record SessionLimits(int maxContextBytes, TurnLimits turns) {
    public static SessionLimits of(GuestSettings settings) {
        TurnLogSettings logs = settings.turnLogs();
        return new SessionLimits(
                settings.maxContextBytes(),
                new TurnLimits(
                        settings.maxTurns(),
                        logs.bytes(),
                        logs.allBytes(),
                        logs.ttl(),
                        logs.orphanGrace(),
                        logs.endedTurns()));
    }
}
