package dev.culvert.link;

import dev.culvert.about.Check;
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
 * @param maxUnaskedBytesPerSecond how much an agent may send in a second that nobody asked for,
 *     where a frame counts for at least 1 KiB; past it, the link is not read until the second ends
 */
public record LinkLimits(
        FrameLimits frames,
        int maxInFlight,
        int maxUnsentBytes,
        Duration dialTimeout,
        Duration silenceTimeout,
        int maxComplaintsPerSecond,
        int maxUnaskedBytesPerSecond) {

    public static final LinkLimits DEFAULTS =
            new LinkLimits(
                    FrameLimits.DEFAULTS,
                    4_096,
                    4 * 1024 * 1024,
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(10),
                    100,
                    1024 * 1024);

    public LinkLimits {
        Check.atLeast("max_in_flight", maxInFlight, 1);
        Check.atLeast("max_unsent_bytes", maxUnsentBytes, 1_024);
        Check.positive("dial_timeout", dialTimeout);
        Check.positive("silence_timeout", silenceTimeout);
        Check.atLeast("max_complaints_per_second", maxComplaintsPerSecond, 1);
        Check.atLeast("max_unasked_bytes_per_second", maxUnaskedBytesPerSecond, 64 * 1024);
    }
}
