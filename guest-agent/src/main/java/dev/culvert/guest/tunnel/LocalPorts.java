package dev.culvert.guest.tunnel;

import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;

/** Connects to ports of the VM and opens some, on the event loop of the tunnels. */
public interface LocalPorts {
    /** As {@link dev.culvert.transport.Transport#dial}. */
    Future<Channel> dial(AgentAddress address, Duration timeout, ChannelHandler pipeline);

    /** As {@link dev.culvert.transport.Transport#listen}. */
    Future<Channel> listen(AgentAddress address, ChannelHandler pipeline);

    /** Those of this machine; {@code loops} has one event loop. */
    static LocalPorts of(EventLoops loops) {
        return new LocalPorts() {
            @Override
            public Future<Channel> dial(
                    AgentAddress address, Duration timeout, ChannelHandler pipeline) {
                return loops.transport().dial(loops.next(), address, timeout, pipeline);
            }

            @Override
            public Future<Channel> listen(AgentAddress address, ChannelHandler pipeline) {
                return loops.transport().listen(loops.group(), address, pipeline);
            }
        };
    }
}
