package dev.culvert.io;

/**
 * How much an {@link Account} may hold.
 *
 * @param key the setting of {@code heldBytes}
 * @param heldBytes for everything together
 * @param highMarkPercent of a share's limit: past it nothing new should begin
 */
public record AccountLimits(String key, long heldBytes, int highMarkPercent) {
    public AccountLimits {
        if (heldBytes < 1) {
            throw new IllegalArgumentException(
                    key + " is " + heldBytes + ": it must be at least 1");
        }
        if (highMarkPercent < 1 || highMarkPercent > 100) {
            throw new IllegalArgumentException(
                    "high_mark is " + highMarkPercent + "%: it must be from 1% to 100%");
        }
    }
}
