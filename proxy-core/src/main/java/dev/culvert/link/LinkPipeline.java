package dev.culvert.link;

import dev.culvert.frame.FairReading;
import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.WriteBufferWaterMark;

/**
 * The handlers of one link; one instance for each dial. With hybrid vsock, Transport puts a
 * handshake before them, which removes itself.
 *
 * <pre>
 *   in    socket → account → decoder → LinkHandler → Exchanges → ReplyListener
 *   out   AgentLink.open → Exchanges → flusher → encoder → account → socket
 * </pre>
 */
final class LinkPipeline extends ChannelInitializer<Channel> {
    private final AgentAddress address;
    private final LinkLimits limits;
    private final LinkObserver observer;
    private final Deadlines deadlines;
    private final Share share;

    LinkPipeline(
            AgentAddress address,
            LinkLimits limits,
            LinkObserver observer,
            Deadlines deadlines,
            Share share) {
        this.address = address;
        this.limits = limits;
        this.observer = observer;
        this.deadlines = deadlines;
        this.share = share;
    }

    @Override
    protected void initChannel(Channel channel) {
        int high = limits.maxUnsentBytes();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
        AgentLink link = new AgentLink(address, channel, limits, observer, deadlines);
        FrameDecoder decoder = new FrameDecoder(limits.frames(), FairReading.here());
        HeldBytesHandler account =
                new HeldBytesHandler(
                        channel,
                        share,
                        HeldKind.FRAMES_IN,
                        HeldKind.FRAMES_OUT,
                        new LinkBytes(link, decoder));
        channel.pipeline()
                .addLast("account", account)
                .addLast("decoder", decoder)
                .addLast("encoder", new FrameEncoder())
                .addLast("flusher", new FlushHandler())
                .addLast("link", link.handler());
    }

    /** The link of a channel that has this pipeline. */
    static AgentLink linkOf(Channel channel) {
        return channel.pipeline().get(LinkHandler.class).link();
    }
}
