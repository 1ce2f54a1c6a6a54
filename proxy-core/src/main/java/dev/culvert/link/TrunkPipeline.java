package dev.culvert.link;

import dev.culvert.frame.FairReading;
import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import dev.culvert.transport.WebSocketMessages;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.WriteBufferWaterMark;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of a connection that an agent opened. What comes before them, as TLS or WebSocket,
 * yields the bytes of frames.
 *
 * <pre>
 *   first   account → frames → encoder → flusher → first → handshake
 *   then    account → frames → encoder → flusher → handshake → switch → LinkHandler
 * </pre>
 */
final class TrunkPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(TrunkPipeline.class);
    private static final String ACCOUNT = "account";

    private TrunkPipeline() {}

    static void begin(
            Channel channel,
            LinkLimits limits,
            Share waiting,
            ChannelHandler first,
            ChannelHandler handshake) {
        int high = limits.maxUnsentBytes();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
        FrameDecoder decoder = new FrameDecoder(limits.frames(), FairReading.here());
        channel.pipeline()
                .addLast(ACCOUNT, account(channel, waiting, new Stranger(channel, decoder)))
                .addLast("frames", decoder) // HTTP has a "decoder" until it gives way
                .addLast("encoder", new FrameEncoder())
                .addLast("flusher", new FlushHandler())
                .addLast("first", first)
                .addLast("handshake", handshake);
    }

    static void adopt(Channel channel, Trunk trunk) {
        FrameDecoder decoder = channel.pipeline().get(FrameDecoder.class);
        channel.pipeline()
                .replace(
                        ACCOUNT,
                        ACCOUNT,
                        account(channel, trunk.share(), new Known(trunk, decoder)));
        channel.pipeline()
                .addLast("switch", trunk.switches())
                .addLast("link", trunk.main().handler());
    }

    /** Bytes of frames that have not come whole. */
    private static long unread(Channel channel, FrameDecoder decoder) {
        WebSocketMessages messages = channel.pipeline().get(WebSocketMessages.class);
        return (long) decoder.heldBytes() + (messages == null ? 0 : messages.heldBytes());
    }

    private static HeldBytesHandler account(
            Channel channel, Share share, HeldBytesHandler.Owner owner) {
        return new HeldBytesHandler(channel, share, HeldKind.FRAMES_IN, HeldKind.FRAMES_OUT, owner);
    }

    /** What a connection holds of which nobody knows whose it is. */
    private record Stranger(Channel channel, FrameDecoder decoder)
            implements HeldBytesHandler.Owner {
        @Override
        public long unreadBytes() {
            return unread(channel, decoder);
        }

        @Override
        public void onExcess(HeldKind kind, Share share) {
            LOG.warn(
                    "a connection of an agent that has not said who it is was closed: such"
                            + " connections held more than {}",
                    share.limitText());
            channel.close();
        }
    }

    /** What the link of an agent holds. */
    private static final class Known implements HeldBytesHandler.Owner {
        private final Trunk trunk;
        private final FrameDecoder decoder;
        private final LinkBytes bytes;

        Known(Trunk trunk, FrameDecoder decoder) {
            this.trunk = trunk;
            this.decoder = decoder;
            bytes = new LinkBytes(trunk.main(), decoder);
        }

        @Override
        public long unreadBytes() {
            return unread(trunk.main().channel(), decoder) + trunk.hoppingBytes();
        }

        @Override
        public void onExcess(HeldKind kind, Share share) {
            bytes.onExcess(kind, share);
        }
    }
}
