package dev.culvert.tunnel;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.WriteBufferWaterMark;

/**
 * How much of one direction of a tunnel waits in this process: at most {@link #bytes} that are read
 * at once, and as many that the next socket has not taken. The rest waits in the kernel.
 *
 * @param bytes from 4 KiB
 */
public record StreamLimits(int bytes) {
    /** Of a tunnel where memory is plentiful. */
    public static final StreamLimits DEFAULTS = new StreamLimits(128 << 10);

    private static final int LEAST_BYTES = 4 << 10;

    /** What a tunnel gets however many there are. */
    private static final int LEAST_SHARE_BYTES = 16 << 10;

    private static final int FIRST_READ_BYTES = 16 << 10;

    public StreamLimits {
        if (bytes < LEAST_BYTES) {
            throw new IllegalArgumentException(bytes + " bytes are too few for a stream");
        }
    }

    /**
     * Of one more tunnel where so many are open: its part of {@code budgetBytes}, so that many that
     * stall do not take all memory.
     */
    public static StreamLimits amongst(int open, int budgetBytes) {
        int part = budgetBytes / Math.max(1, open);
        return new StreamLimits(Math.clamp(part, LEAST_SHARE_BYTES, DEFAULTS.bytes));
    }

    /** Sets them for a channel at either end of a relay. */
    public void apply(Channel channel) {
        ChannelConfig config = channel.config();
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(bytes / 2, bytes));
        config.setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(
                        LEAST_BYTES, Math.min(FIRST_READ_BYTES, bytes), bytes));
    }
}
