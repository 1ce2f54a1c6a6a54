package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.testing.VmMonitor;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Connections to another port of a VM that use up what its monitor allows. */
final class Crowd implements AutoCloseable {
    private static final int PORT = 1025;

    private final ServerSocketChannel inTheVm;
    private final List<SocketChannel> taken = new ArrayList<>();

    Crowd(VmMonitor monitor) throws IOException {
        inTheVm = Endpoint.loopback().listen(Relay.RECEIVE_BYTES);
        try {
            String address = new Endpoint(inTheVm.getLocalAddress()).toString();
            HybridUnix port = monitor.expose(PORT, AgentAddress.parse(address));
            boolean more = true;
            while (more) {
                more = take(port);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** False if the monitor allows no more connections. */
    private boolean take(HybridUnix port) throws IOException {
        SocketChannel connection = Endpoint.unix(Path.of(port.path())).connect(Relay.RECEIVE_BYTES);
        taken.add(connection);
        try {
            connection.write(US_ASCII.encode("CONNECT " + port.port() + "\n"));
            if (connection.read(ByteBuffer.allocate(1)) < 0) {
                return false;
            }
        } catch (IOException _) { // the monitor closed it before it read the request
            return false;
        }
        SocketChannel accepted = inTheVm.accept();
        accepted.setOption(
                StandardSocketOptions.SO_LINGER, 0); // otherwise the port stays in use for a minute
        taken.add(accepted);
        return true;
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel connection : taken) {
            connection.close();
        }
        inTheVm.close();
    }
}
