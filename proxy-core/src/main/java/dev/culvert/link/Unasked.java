package dev.culvert.link;

import dev.culvert.frame.FrameDecoder;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Limits what an agent sends although nobody asked for it: heartbeats, requests, and frames of
 * unknown types. An agent that sends more than its allowance for one second is not read for the
 * rest of that second, so a flood takes no time from the other links of the event loop. Confined to
 * that loop.
 */
/* Late replies are free: an agent that cannot cancel sends them for turns that its clients left. */
final class Unasked {
    /** Each frame counts for at least so many bytes, because that is about what it costs. */
    static final int LEAST_BYTES = 1024;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Channel channel;
    private final int bytesPerSecond;
    private final LinkObserver observer;
    private final PeerLog log;
    private long beganNanos;
    private long bytes;
    private boolean rests;

    Unasked(AgentLink link, LinkLimits limits, LinkObserver observer) {
        channel = link.channel();
        bytesPerSecond = limits.maxUnaskedBytesPerSecond();
        this.observer = observer;
        log = link.log();
    }

    /** A frame has come that nobody asked for. */
    void came(int payloadBytes) {
        long now = channel.eventLoop().ticker().nanoTime();
        if (now - beganNanos >= SECOND_NANOS) {
            beganNanos = now;
            bytes = 0;
            rests = false;
        }
        bytes += Math.max(payloadBytes, LEAST_BYTES);
        if (bytes > bytesPerSecond && !rests) {
            rests = true; // frames that are decoded already still come
            rest(SECOND_NANOS - (now - beganNanos));
        }
    }

    private void rest(long nanos) {
        observer.onRest();
        Supplier<String> line =
                () ->
                        "sends more than "
                                + bytesPerSecond
                                + " bytes a second that nobody asked for, and is not read for the"
                                + " rest of each second (link.max_unasked_bytes_per_second)";
        log.warn(line);
        FrameDecoder decoder = channel.pipeline().get(FrameDecoder.class);
        if (decoder != null) { // a branch has none: its trunk limits what comes
            decoder.rest(nanos);
        }
    }
}
