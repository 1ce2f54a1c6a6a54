package dev.culvert.faults;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Forwards connections to a target that can change, each with the faults that its source arms. */
final class Relay implements AutoCloseable {
    /** Opens the next connection to the target; may include a handshake. */
    @FunctionalInterface
    interface Target {
        SocketChannel dial() throws IOException;
    }

    /**
     * Small, so that the relay buffers no more than a network; larger than a segment of loopback.
     */
    static final int RECEIVE_BYTES = 128 * 1024;

    private final ServerSocketChannel server;
    private final FaultSource faults;
    private final Map<SocketAddress, RelayConnection> byClient = new ConcurrentHashMap<>();
    private final Map<RelayConnection, Boolean> open = new ConcurrentHashMap<>();
    private volatile Target target;

    Relay(Endpoint listen, Target target, FaultSource faults) throws IOException {
        this.target = target;
        this.faults = faults;
        server = listen.listen(RECEIVE_BYTES);
        Thread.ofVirtual().start(this::accept);
    }

    /** Connects to an endpoint. */
    static Target to(Endpoint endpoint) {
        return () -> endpoint.connect(RECEIVE_BYTES);
    }

    Endpoint endpoint() throws IOException {
        return new Endpoint(server.getLocalAddress());
    }

    /** Sets the target of new connections. */
    void leadTo(Target next) {
        target = next;
    }

    /** Whether the connection of the client with this address had a fault that may break it. */
    boolean hurt(SocketAddress client) {
        RelayConnection connection = byClient.get(client);
        return connection != null && connection.isHurt();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel near = server.accept();
                RelayConnection connection = new RelayConnection(near, faults, open::remove);
                open.put(connection, true);
                SocketAddress client = near.getRemoteAddress();
                if (!client.toString().isEmpty()) {
                    byClient.put(client, connection);
                }
                Thread.ofVirtual().start(() -> connection.run(target));
            } catch (IOException _) {
                // The relay is closed, or the client is gone already.
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.keySet().forEach(RelayConnection::cut);
    }
}
