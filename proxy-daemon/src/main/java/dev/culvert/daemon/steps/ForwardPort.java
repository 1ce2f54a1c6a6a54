package dev.culvert.daemon.steps;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.io.Quoted;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port of loopback whose connections lead to a port of an agent. */
@ChannelHandler.Sharable
final class ForwardPort extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardPort.class);

    private final Supplier<@Nullable Agent> agent;
    private final Destination.Port to;
    private final Tunnels tunnels;

    /** Also of what is added after it was closed. */
    private final ChannelGroup channels =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    /**
     * @param agent asked for at each connection; null if it may not be reached any more
     */
    ForwardPort(Supplier<@Nullable Agent> agent, Destination.Port to, Tunnels tunnels) {
        this.agent = agent;
        this.to = to;
        this.tunnels = tunnels;
    }

    void listensAt(Channel listener) {
        channels.add(listener);
    }

    @Override
    protected void initChannel(Channel caller) {
        Agent now = agent.get();
        if (now == null) {
            caller.close();
            return;
        }
        channels.add(caller);
        Relay.prepare(caller, StreamLimits.DEFAULTS);
        tunnels.open(now, to, caller.eventLoop(), new Joining(caller));
    }

    /** Waits for the tunnel of one caller. */
    private record Joining(Channel caller) implements TunnelListener {
        @Override
        public void onOpen(Channel tunnel) {
            if (caller.isActive()) {
                Relay.join(caller, tunnel);
            } else {
                tunnel.close();
            }
        }

        @Override
        public void onRefused(TunnelRefusal refusal) {
            LOG.warn(
                    "a connection to a forwarded port of a flow is closed: {}",
                    Quoted.sentence(refusal.sentence()));
            caller.close();
        }
    }

    /** Closes the port and its connections. */
    void close() {
        channels.close();
    }
}
