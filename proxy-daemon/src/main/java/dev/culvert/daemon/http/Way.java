package dev.culvert.daemon.http;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** How a client reached the daemon, by the daemon's end of the connection. */
enum Way {
    LOOPBACK,
    NETWORK,
    UNIX_SOCKET;

    static Way of(Channel channel) {
        if (channel.localAddress() instanceof InetSocketAddress address) {
            return address.getAddress().isLoopbackAddress() ? LOOPBACK : NETWORK;
        }
        return UNIX_SOCKET;
    }
}
