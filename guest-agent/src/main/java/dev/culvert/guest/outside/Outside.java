package dev.culvert.guest.outside;

import dev.culvert.guest.config.OutsideSettings;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The listeners for programs in the VM that reach something outside. */
public final class Outside implements AutoCloseable {
    private final List<Channel> listening = new ArrayList<>();

    private Outside() {}

    /**
     * Listens where the settings say.
     *
     * @throws IOException one sentence, if it cannot; then nothing listens
     */
    public static Outside listen(OutsideSettings settings, HostTunnels tunnels, EventLoops loops)
            throws IOException {
        Outside outside = new Outside();
        try {
            outside.listen("--llm-listen", settings.llm(), loops, LlmEndpoint.stations(tunnels));
            outside.listen("--proxy-listen", settings.proxy(), loops, proxy(tunnels));
            return outside;
        } catch (IOException e) {
            outside.close();
            throw e;
        }
    }

    private static ChannelHandler proxy(HostTunnels tunnels) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast("proxy", new ProxyHandler(tunnels));
            }

            @Override
            public boolean isSharable() {
                return true;
            }
        };
    }

    private void listen(
            String flag, Optional<AgentAddress> address, EventLoops loops, ChannelHandler stations)
            throws IOException {
        if (address.isEmpty()) {
            return;
        }
        Future<Channel> bound = loops.transport().listen(loops.group(), address.get(), stations);
        if (!bound.awaitUninterruptibly().isSuccess()) {
            throw new IOException(flag + ": " + bound.cause().getMessage(), bound.cause());
        }
        listening.add(bound.getNow());
    }

    /** Where it listens, in the order of the settings. */
    public List<AgentAddress> addresses() {
        return listening.stream().map(Transport::localAddress).toList();
    }

    @Override
    public void close() {
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
    }
}
