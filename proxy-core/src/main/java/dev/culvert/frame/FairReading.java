package dev.culvert.frame;

import dev.culvert.io.NextRound;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Shares one event loop among its channels: while others have frames, too, each channel decodes
 * what has arrived in slices of limited size. Confined to that loop's thread.
 *
 * <pre>
 *   FrameDecoder → Slice.took(bytes) … Slice.isOver? → the rest in the loop's next round
 *                → Slice.end(): was another channel's slice since this one's last?
 * </pre>
 */
/* A channel that has the loop to itself decodes all that has arrived: all events of a slice leave for a
 * client in one write. With slices of 256 frames in that case, too, an event of a stream took 3.6 µs of
 * CPU instead of 2.0 (bench sse-flat-out). */
public final class FairReading {
    /** The size of a slice. */
    static final int FRAMES = 256;

    static final int BYTES = 128 * 1024;

    /**
     * After so many slices in a row a channel has the loop to itself. A single heartbeat on another
     * channel does not change that; frames that come again and again do.
     */
    static final int SLICES_ALONE = 100;

    private static final FastThreadLocal<FairReading> HERE =
            new FastThreadLocal<>() {
                @Override
                protected FairReading initialValue() {
                    return new FairReading();
                }
            };

    private @Nullable Slice last;

    /**
     * Whether a frame larger than a slice was decoded in this round of the loop. It takes
     * milliseconds; without this, many links with such frames would keep the loop from its other
     * sockets for the sum of theirs.
     */
    private boolean largeTaken;

    /** The one of the event loop whose thread this is. */
    public static FairReading here() {
        return HERE.get();
    }

    /** How much a channel may decode before the others get their slice. */
    final class Slice {
        private int framesLeft = FRAMES;
        private int bytesLeft = BYTES;

        /** Slices in a row; each slice of another channel takes some off. */
        private int alone;

        /** Whether a frame of that size has to wait for the loop's next round. */
        boolean isOver(int bytes) {
            return framesLeft <= 0 || bytesLeft <= 0 || (bytes > BYTES && largeTaken);
        }

        void took(int bytes, EventExecutor loop) {
            framesLeft--;
            bytesLeft -= bytes;
            if (bytes > BYTES) {
                largeTaken = true;
                NextRound.run(loop, () -> largeTaken = false);
            }
        }

        /** Everything that arrived is decoded, or as much as the slice allows. */
        void end() {
            alone =
                    last == this
                            ? Math.min(alone + 1, 2 * SLICES_ALONE)
                            : Math.max(alone - SLICES_ALONE, 0);
            last = this;
            boolean toItself = alone >= SLICES_ALONE;
            framesLeft = toItself ? Integer.MAX_VALUE : FRAMES;
            bytesLeft = toItself ? Integer.MAX_VALUE : BYTES;
        }
    }

    Slice slice() {
        return new Slice();
    }
}
