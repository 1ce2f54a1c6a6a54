package dev.culvert.guest.session;

/**
 * What the agent may hold.
 *
 * @param maxTurns at once, of all connections; one more is answered with {@code overloaded}
 * @param maxContextBytes of all kept context; the oldest is dropped to stay within it
 */
public record SessionLimits(int maxTurns, int maxContextBytes) {
    public static final SessionLimits DEFAULTS = new SessionLimits(64, 64 * 1024);

    public SessionLimits {
        if (maxTurns < 1) {
            throw new IllegalArgumentException(
                    "max_turns is " + maxTurns + ": it must be at least 1");
        }
        if (maxContextBytes < 1) {
            throw new IllegalArgumentException(
                    "max_context_bytes is " + maxContextBytes + ": it must be at least 1");
        }
    }
}
