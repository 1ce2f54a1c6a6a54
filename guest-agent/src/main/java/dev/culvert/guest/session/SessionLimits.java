package dev.culvert.guest.session;

/**
 * What the agent may hold.
 *
 * @param maxContextBytes of all kept context; the oldest is dropped to stay within it
 */
public record SessionLimits(int maxContextBytes, TurnLimits turns) {
    public static final SessionLimits DEFAULTS = new SessionLimits(64 * 1024, TurnLimits.DEFAULTS);

    public SessionLimits {
        if (maxContextBytes < 1) {
            throw new IllegalArgumentException(
                    "max_context_bytes is " + maxContextBytes + ": it must be at least 1");
        }
    }
}
