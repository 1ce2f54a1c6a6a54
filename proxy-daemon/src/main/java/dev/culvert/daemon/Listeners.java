package dev.culvert.daemon;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where clients come in: the sockets that systemd opened for them, else those of the settings. */
final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final EventLoops loops;
    private final List<InheritedSocket> inherited;
    private final List<Channel> channels = new ArrayList<>();

    /**
     * @param inherited taken in place of what the settings name, where there are any
     */
    Listeners(EventLoops loops, List<InheritedSocket> inherited) {
        this.loops = loops;
        this.inherited = inherited;
    }

    /**
     * Lets clients in, one after the other.
     *
     * @throws IOException one sentence, when there is one where it cannot, or must not
     */
    void open(HttpSettings settings, ChannelHandler pipeline) throws IOException {
        Transport transport = loops.transport();
        if (inherited.isEmpty()) {
            for (AgentAddress address : settings.listen()) {
                add(transport.listen(loops.group(), address, pipeline));
            }
            return;
        }
        for (InheritedSocket socket : inherited) {
            try {
                settings.checkListen(socket.address());
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "the socket " + socket.name() + " of systemd, " + e.getMessage(), e);
            }
        }
        for (InheritedSocket socket : inherited) {
            add(transport.listen(loops.group(), socket, pipeline));
        }
        if (!settings.listen().equals(addresses())) {
            LOG.info("http.listen is not used, for systemd opened {}", addresses());
        }
    }

    private void add(Future<Channel> listening) throws IOException {
        if (!listening.awaitUninterruptibly().isSuccess()) {
            throw new IOException(listening.cause().getMessage(), listening.cause());
        }
        channels.add(listening.getNow());
    }

    /** With the real ports where 0 was asked for. */
    List<AgentAddress> addresses() {
        return channels.stream().map(Transport::localAddress).toList();
    }

    /**
     * Leaves sockets that systemd opened to it: who comes now waits there for the next process.
     * When this returns, all who came before have their pipeline.
     */
    void handOver() {
        if (!inherited.isEmpty()) {
            close();
            for (EventExecutor loop : loops.group()) {
                loop.submit(() -> {}).awaitUninterruptibly();
            }
        }
    }

    @Override
    public void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
    }
}
