package dev.culvert.guest.connection;

import dev.culvert.guest.config.TunnelSettings;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.guest.tunnel.LocalPorts;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;

/** Tunnels of a guest that lets hosts connect to nothing. */
final class NoTunnels {
    private NoTunnels() {}

    static HostTunnels tunnels() {
        return new HostTunnels(
                TunnelSettings.DEFAULTS,
                new LocalPorts() {
                    @Override
                    public Future<Channel> dial(
                            AgentAddress address, Duration timeout, ChannelHandler pipeline) {
                        throw new AssertionError("no port is listed, but " + address);
                    }

                    @Override
                    public Future<Channel> listen(AgentAddress address, ChannelHandler pipeline) {
                        throw new AssertionError("no port is listed, but " + address);
                    }
                });
    }
}
