package dev.culvert.daemon.join;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.link.Trunk;
import dev.culvert.link.Trunks;
import dev.culvert.road.Road;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the connection of an agent that has proved who it is the link of that agent. */
public final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    private final Trunks trunks;

    /** Nobody has arrived yet. */
    public Arrivals(Trunks trunks) {
        this.trunks = trunks;
    }

    /**
     * From now on the connection is the agent's link, and replaces an earlier one. Called on the
     * channel's event loop; what the handshake passes on after that belongs to the link.
     */
    public void onAdmitted(Channel channel, Agent agent) {
        ChannelHandlerContext waiting = channel.pipeline().context(WaitingHandler.class);
        if (waiting != null) {
            ((WaitingHandler) waiting.handler()).admitted(waiting);
        }
        if (!(agent.road() instanceof Road.Incoming road)) {
            LOG.warn(
                    "agent {} dialled in, but the daemon dials it at {}: the connection was closed",
                    agent.id(),
                    agent.road());
            channel.close();
            return;
        }
        String from = Transport.peerText(channel);
        LOG.info("agent {} has dialled in from {}", agent.id(), from);
        Trunk trunk = trunks.adopt(channel, road.address(), from, road.share());
        road.arrived(trunk);
    }
}
