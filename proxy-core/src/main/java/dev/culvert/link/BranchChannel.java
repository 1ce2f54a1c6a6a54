package dev.culvert.link;

import dev.culvert.frame.Frame;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel without a socket: what is written to it goes through a trunk, as frames. What the trunk
 * cannot take waits here, so that this channel is unwritable as one with a socket would be.
 */
final class BranchChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    /** Carries what is written. Called on the channel's event loop. */
    interface Carrier {
        /** Whether it takes more now; when it does again, it flushes the channel. */
        boolean isWritable();

        /** Takes ownership of the frames. */
        void carry(List<Frame> frames);
    }

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final Carrier carrier;
    private volatile boolean open = true;

    BranchChannel(Carrier carrier) {
        super(null);
        this.carrier = carrier;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        List<Frame> frames = new ArrayList<>(in.size());
        while (carrier.isWritable()) {
            Object next = in.current();
            if (next == null) {
                break;
            }
            if (next instanceof Frame frame) {
                frames.add(frame.retain());
            }
            in.remove();
        }
        if (!frames.isEmpty()) {
            carrier.carry(frames);
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(
                    SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("it has no socket"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("it has no socket");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        open = false;
    }

    /** The trunk reads for all its branches. */
    @Override
    protected void doBeginRead() {}

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
