package dev.culvert.daemon;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A port of this machine, each connection of which becomes a tunnel to a port of an agent. */
final class TestForward implements Closeable {
    private static final int PATIENCE_SECONDS = 20;

    private final Channel listening;
    private final Daemon daemon;
    private final Agent agent;
    private final Destination.Port to;
    private final BlockingQueue<TunnelRefusal> refusals = new LinkedBlockingQueue<>();
    private final List<Channel> clients = new CopyOnWriteArrayList<>();
    private final List<Channel> tunnels = new CopyOnWriteArrayList<>();

    TestForward(TestDaemon daemon, String agent, int port) {
        this.daemon = daemon.daemon();
        this.agent = Objects.requireNonNull(this.daemon.fleet().find(agent));
        to = new Destination.Port(port);
        listening =
                this.daemon
                        .reach()
                        .loops()
                        .transport()
                        .listen(
                                this.daemon.reach().loops().group(),
                                AgentAddress.parse("tcp://127.0.0.1:0"),
                                new Accepted())
                        .syncUninterruptibly()
                        .getNow();
    }

    @Sharable
    private final class Accepted extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel client) {
            Relay.prepare(client, StreamLimits.DEFAULTS);
            clients.add(client);
            client.eventLoop().execute(() -> open(client));
        }

        private void open(Channel client) {
            daemon.reach()
                    .tunnels()
                    .open(
                            agent,
                            to,
                            client.eventLoop(),
                            new TunnelListener() {
                                @Override
                                public void onOpen(Channel tunnel) {
                                    tunnels.add(tunnel);
                                    Relay.join(tunnel, client);
                                }

                                @Override
                                public void onRefused(TunnelRefusal refusal) {
                                    refusals.add(refusal);
                                    client.close();
                                }
                            });
        }
    }

    Socket connect() throws IOException {
        int port = ((AgentAddress.Tcp) Transport.localAddress(listening)).port();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        return socket;
    }

    /** The reason for which one more connection is refused. */
    TunnelRefusal refusal() throws Exception {
        try (Socket _ = connect()) {
            return Objects.requireNonNull(refusals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    /** What waits in this process for clients and agents that do not read. */
    long unsentBytes() {
        return clients.stream().mapToLong(HeldBytesHandler::unsentBytes).sum()
                + tunnels.stream().mapToLong(HeldBytesHandler::unsentBytes).sum();
    }

    /** Tunnels that the daemon counts. */
    int open() {
        return daemon.reach().tunnels().count();
    }

    @Override
    public void close() {
        if (listening.isOpen()) { // else the daemon has stopped
            listening.close().syncUninterruptibly();
        }
    }
}
