package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.config.SshTunnelSettings.Direction;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The port of the daemon before a tunnel, from its start to its stop. */
final class Entrance implements AutoCloseable {
    /** How many callers a tunnel has at once. */
    static final int MOST = 1_024;

    private final SshTunnel tunnel;
    private final EventLoops loops;
    private final ChannelGroup callers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private @Nullable Channel listener;

    Entrance(SshTunnel tunnel, EventLoops loops) {
        this.tunnel = tunnel;
        this.loops = loops;
    }

    /**
     * Opens the port. Blocks.
     *
     * @param inbound where the callers of a remote tunnel come out
     * @throws IOException one sentence, if it is taken
     */
    void open(AgentAddress.Unix inbound) throws IOException {
        SshTunnelSettings settings = tunnel.settings();
        AgentAddress address = settings.kind() == Direction.REMOTE ? inbound : settings.listen();
        Future<Channel> listening =
                loops.transport().listen(loops.group(), address, new Stations());
        if (!listening.awaitUninterruptibly().isSuccess()) {
            throw new IOException(listening.cause().getMessage(), listening.cause());
        }
        listener = listening.getNow();
    }

    /** Where callers come in on this host, with the port that it got instead of 0. */
    AgentAddress address() {
        Channel open = listener;
        return open == null || tunnel.settings().kind() == Direction.REMOTE
                ? tunnel.settings().listen()
                : Transport.localAddress(open);
    }

    @ChannelHandler.Sharable
    private final class Stations extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            if (callers.size() >= MOST) {
                tunnel.counts().onRefused();
                channel.close();
                return;
            }
            callers.add(channel);
            tunnel.counts().onOpened();
            channel.closeFuture().addListener(_ -> tunnel.counts().onClosed());
            new CallerPipeline(tunnel, loops.transport()).prepare(channel);
        }
    }

    /** Closes the port and ends all callers. Blocks. */
    @Override
    public void close() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        callers.close().awaitUninterruptibly();
    }
}
