package dev.culvert.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Clients that send a request, read nothing and stay. */
final class StillClients implements AutoCloseable {
    private static final int RECEIVE_BYTES = 4 * 1024;

    private final List<SocketChannel> connections = new ArrayList<>();

    StillClients(Endpoint daemon, int count, byte[] request) throws IOException {
        try {
            for (int i = 0; i < count; i++) {
                SocketChannel connection = daemon.connect(RECEIVE_BYTES);
                connections.add(connection);
                connection.write(ByteBuffer.wrap(request));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }
}
