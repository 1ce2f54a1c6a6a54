package dev.culvert.guest.tunnel;

import dev.culvert.guest.config.TunnelSettings;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.StreamEnd;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.BindException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens ports of the VM that are listed, for hosts: each connection to one becomes a tunnel to a
 * service of the host. Confined to the event loop.
 */
final class ReversePorts {
    private static final Logger LOG = LoggerFactory.getLogger(ReversePorts.class);

    /** Only programs in the VM are to reach it. */
    private static final String LOOPBACK = "127.0.0.1";

    private final HostTunnels tunnels;
    private final TunnelSettings settings;
    private final LocalPorts ports;

    ReversePorts(HostTunnels tunnels, TunnelSettings settings, LocalPorts ports) {
        this.tunnels = tunnels;
        this.settings = settings;
        this.ports = ports;
    }

    void open(Destination.Listen asked, LocalListener listener) {
        if (!settings.reversePorts().contains(asked.port())) {
            listener.onRefused(
                    Code.NOT_ALLOWED.because(
                            "The agent does not let hosts open port "
                                    + asked.port()
                                    + " of its VM: it can be added to reverse_ports"
                                    + " (--reverse-ports) of culvert-agent, which has "
                                    + (settings.reversePorts().isEmpty()
                                            ? "none"
                                            : settings.reversePorts())
                                    + "."));
            return;
        }
        ports.listen(
                        new AgentAddress.Tcp(LOOPBACK, asked.port()),
                        new TunnelledPort(
                                tunnels,
                                asked.service(),
                                (program, refusal) -> reset(program, asked, refusal)))
                .addListener((Future<Channel> bound) -> {
                    if (bound.isSuccess()) {
                        listener.onReady(new OpenPort(bound.getNow(), asked));
                    } else {
                        LOG.debug("port {} cannot be opened", asked.port(), bound.cause());
                        listener.onRefused(refusal(asked, bound.cause()));
                    }
                });
    }

    private TunnelRefusal refusal(Destination.Listen asked, Throwable cause) {
        if (cause.getCause() instanceof BindException) {
            return Code.PORT_TAKEN.because(
                    "Port "
                            + asked.port()
                            + " of the agent's VM has a listener already: end that, or take another"
                            + " port of reverse_ports (--reverse-ports) of culvert-agent, which has "
                            + settings.reversePorts()
                            + ".");
        }
        return Code.FAILED.because(
                "The agent cannot open port "
                        + asked.port()
                        + " of its VM: "
                        + Quoted.message(cause)
                        + ".");
    }

    /** A program must not take what it has for all. */
    private static void reset(Channel program, Destination.Listen asked, TunnelRefusal refusal) {
        LOG.debug("a connection to port {} was reset: {}", asked.port(), refusal);
        program.config().setOption(ChannelOption.SO_LINGER, 0);
        program.close();
    }

    /** The port of the VM while its tunnel is open, which carries no bytes. */
    private record OpenPort(Channel channel, Destination.Listen asked) implements LocalEnd {
        @Override
        public void onOpen(Channel tunnel) {
            if (!tunnel.isActive()) {
                channel.close();
                return;
            }
            // A host whose machine vanishes says nothing any more.
            tunnel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
            tunnel.pipeline().addLast("port", new Holder(channel));
            tunnel.config().setAutoRead(true);
            LOG.info("port {} of this VM leads to {} of the host", asked.port(), asked.service());
            channel.closeFuture()
                    .addListener(_ -> LOG.info("port {} of this VM is closed", asked.port()));
        }
    }

    /** Closes the port when the tunnel ends. */
    private static final class Holder extends ChannelInboundHandlerAdapter {
        private final Channel port;

        Holder(Channel port) {
            this.port = port;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message); // nothing is to be said here
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                port.close();
                context.writeAndFlush(StreamEnd.MARK, context.voidPromise());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            port.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("the tunnel of an open port broke", cause);
            context.close();
        }
    }
}
