package dev.culvert.tunnel;

import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.frame.FrameLimits;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.transport.WebSocketBytes;
import dev.culvert.transport.WebSocketMessages;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import org.jspecify.annotations.Nullable;

/** Puts together the pipeline of a tunnel, first for its two frames, then for its records. */
public final class TunnelStations {

    private TunnelStations() {}

    /**
     * The stations until the tunnel is open; those that carry its bytes come before.
     *
     * @param last reads the frames, and removes itself
     */
    static void begin(Channel channel, ChannelHandler last) {
        channel.pipeline()
                .addLast("frames", new FrameDecoder(FrameLimits.DEFAULTS))
                .addLast("encoder", new FrameEncoder())
                .addLast("tunnel", last);
    }

    /**
     * From here on the channel carries records: removes the stations of frames and {@code last},
     * which came after them, if there is one, and tells {@code listener}. Bytes that came after the
     * frame go to the handlers that it adds. Called on the channel's loop.
     */
    public static void open(
            Channel channel,
            @Nullable ChannelHandler last,
            StreamLimits limits,
            RecordHandler records,
            TunnelListener listener) {
        ChannelPipeline pipeline = channel.pipeline();
        channel.config().setAutoRead(false);
        limits.apply(channel);
        if (last != null) {
            pipeline.remove(last);
        }
        remove(pipeline, FlushHandler.class);
        remove(pipeline, FrameEncoder.class);
        remove(pipeline, HeldBytesHandler.class);
        if (pipeline.get(WebSocketMessages.class) != null) {
            pipeline.replace(WebSocketMessages.class, "bytes", new WebSocketBytes());
        }
        pipeline.addLast("records", records);
        listener.onOpen(channel);
        if (channel.isActive()) {
            remove(pipeline, FrameDecoder.class); // passes on what it has
        }
    }

    private static void remove(ChannelPipeline pipeline, Class<? extends ChannelHandler> station) {
        if (pipeline.get(station) != null) {
            pipeline.remove(station);
        }
    }
}
