package dev.culvert.guest.session;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.TurnLogSettings;
import dev.culvert.guest.turn.TurnLimits;

/**
 * What the agent may hold.
 *
 * @param maxContextBytes of all kept context; the oldest is dropped to stay within it
 * @param maxConfigBytes of a configuration; a larger one is refused
 */
public record SessionLimits(int maxContextBytes, int maxConfigBytes, TurnLimits turns) {
    public static SessionLimits of(GuestSettings settings) {
        TurnLogSettings logs = settings.turnLogs();
        return new SessionLimits(
                settings.maxContextBytes(),
                settings.maxConfigBytes(),
                new TurnLimits(
                        settings.maxTurns(),
                        logs.bytes(),
                        logs.allBytes(),
                        logs.ttl(),
                        logs.orphanGrace(),
                        logs.endedTurns(),
                        settings.held().requestBytes()));
    }
}
