package dev.culvert.link;

import dev.culvert.frame.FrameLimits;
import java.time.Duration;

/**
 * The limits of one link.
 *
 * @param frames of one frame
 * @param maxInFlight exchanges on one link at once; one more fails as overloaded
 * @param maxUnsentBytes bytes that wait for the socket; past them a new exchange fails as
 *     overloaded, until half of them are sent
 * @param dialTimeout for the connection and its handshake together; and as long again for the first
 *     frame from an agent that owes one
 * @param silenceTimeout after which an agent that owes an answer gets a ping; after as long again
 *     without a frame the link is given up
 * @param maxComplaintsPerSecond how often an agent may complain about the link as a whole, or send
 *     a heartbeat that cannot be read, before the link is closed
 */
public record LinkLimits(
        FrameLimits frames,
        int maxInFlight,
        int maxUnsentBytes,
        Duration dialTimeout,
        Duration silenceTimeout,
        int maxComplaintsPerSecond) {

    public static final LinkLimits DEFAULTS =
            new LinkLimits(
                    FrameLimits.DEFAULTS,
                    4_096,
                    4 * 1024 * 1024,
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(10),
                    100);

    public LinkLimits {
        if (maxInFlight < 1) {
            throw new IllegalArgumentException(
                    "max_in_flight is " + maxInFlight + ": it must be at least 1");
        }
        if (maxUnsentBytes < 1_024) {
            throw new IllegalArgumentException(
                    "max_unsent_bytes is " + maxUnsentBytes + ": it must be at least 1024");
        }
        if (dialTimeout.isNegative() || dialTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "dial_timeout is "
                            + dialTimeout.toMillis()
                            + "ms: it must be more than nothing");
        }
        if (silenceTimeout.isNegative() || silenceTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "silence_timeout is "
                            + silenceTimeout.toMillis()
                            + "ms: it must be more than nothing");
        }
        if (maxComplaintsPerSecond < 1) {
            throw new IllegalArgumentException(
                    "max_complaints_per_second is "
                            + maxComplaintsPerSecond
                            + ": it must be at least 1");
        }
    }
}
