package dev.culvert.daemon.join;

import dev.culvert.frame.Frame;
import io.netty.channel.Channel;

/** Takes the connections of agents that begin with a tunnel. */
public interface TunnelDoor {
    /**
     * The channel has only the stations that carry its bytes, and that of frames. Lends {@code
     * first}. Called on the channel's event loop.
     */
    void onTunnel(Channel channel, Frame first);
}
