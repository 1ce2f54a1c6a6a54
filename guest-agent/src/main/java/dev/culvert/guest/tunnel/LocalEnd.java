package dev.culvert.guest.tunnel;

import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.channel.Channel;

/** What a tunnel that a host asks for has in the VM; it closes if there is no tunnel. */
interface LocalEnd extends TunnelListener {
    /** It is open for as long as there is the tunnel. */
    Channel channel();

    @Override
    default void onRefused(TunnelRefusal refusal) {
        channel().close();
    }

    /** A connection to a port of the VM, to which the tunnel's bytes go. */
    record Joined(Channel channel) implements LocalEnd {
        @Override
        public void onOpen(Channel tunnel) {
            Relay.join(tunnel, channel);
        }
    }
}
