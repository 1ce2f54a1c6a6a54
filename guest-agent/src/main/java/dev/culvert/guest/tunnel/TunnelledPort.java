package dev.culvert.guest.tunnel;

import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.util.function.BiConsumer;

/**
 * Joins each connection of a program in the VM with a tunnel to something on the host. Looks at no
 * byte of it.
 */
@Sharable
public final class TunnelledPort extends ChannelInitializer<Channel> {
    private final HostTunnels tunnels;
    private final Destination.OnHost to;
    private final BiConsumer<Channel, TunnelRefusal> refused;

    /**
     * The stations of connections that were accepted.
     *
     * @param refused gets the program's connection, to which there is no tunnel
     */
    public TunnelledPort(
            HostTunnels tunnels,
            Destination.OnHost to,
            BiConsumer<Channel, TunnelRefusal> refused) {
        this.tunnels = tunnels;
        this.to = to;
        this.refused = refused;
    }

    @Override
    protected void initChannel(Channel channel) {
        Relay.prepare(channel, tunnels.limits());
        channel.pipeline().addLast("opener", new Opener()); // removes itself
    }

    private final class Opener extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.fireChannelActive();
            Channel program = context.channel();
            context.pipeline().remove(this);
            tunnels.open(
                    to,
                    new TunnelListener() {
                        @Override
                        public void onOpen(Channel tunnel) {
                            Relay.join(tunnel, program);
                        }

                        @Override
                        public void onRefused(TunnelRefusal refusal) {
                            refused.accept(program, refusal);
                        }
                    });
        }
    }
}
