package dev.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Unix;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host's side of hybrid vsock as Firecracker does it, on plain JDK sockets. Port N of its VM is
 * the Unix socket {@code guest_N} beside its own.
 */
final class ScriptedMonitor implements AutoCloseable {
    /** Ports of the VM that behave in a way of their own. */
    static final int SILENT = 4001;

    static final int RUDE = 4002;

    private static final Pattern CONNECT = Pattern.compile("CONNECT ([0-9]+)\n");

    private final Path directory;
    private final ServerSocketChannel server;
    private final Thread acceptor;
    private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();

    ScriptedMonitor(Path directory) throws IOException {
        this.directory = directory;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.resolve("vm.sock")), 1024);
        acceptor = Thread.startVirtualThread(this::acceptAll);
    }

    HybridUnix port(int port) {
        return new HybridUnix(directory.resolve("vm.sock").toString(), port);
    }

    Unix guest(int port) {
        return new Unix(guestPath(port).toString());
    }

    private Path guestPath(int port) {
        return directory.resolve("guest_" + port);
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel host = server.accept();
                open.add(host);
                Thread.startVirtualThread(() -> serve(host));
            }
        } catch (IOException _) {
            // closed: the test is over
        }
    }

    private void serve(SocketChannel host) {
        try (host) {
            ByteBuffer request = ByteBuffer.allocate(64);
            host.read(request); // once: a CONNECT in pieces is dropped
            Matcher connect = CONNECT.matcher(US_ASCII.decode(request.flip()));
            if (!connect.matches()) {
                return;
            }
            int port = Integer.parseInt(connect.group(1));
            switch (port) {
                case SILENT -> host.read(ByteBuffer.allocate(1)); // until the other side has gone
                case RUDE -> write(host, "HTTP/1.1 400 Bad Request\r\n\r\n");
                default -> relay(host, port);
            }
        } catch (IOException _) {
            // nobody listens in the VM: an end without text
        }
    }

    private void relay(SocketChannel host, int port) throws IOException {
        try (SocketChannel guest = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            guest.connect(UnixDomainSocketAddress.of(guestPath(port)));
            open.add(guest);
            write(host, "OK 1073741824\n");
            Thread.startVirtualThread(() -> pump(guest, host));
            pump(host, guest);
        }
    }

    private static void pump(SocketChannel from, SocketChannel to) {
        try (from;
                to) {
            ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
            while (from.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                bytes.clear();
            }
        } catch (IOException _) {
            // one side has gone, and with this the other one goes
        }
    }

    private static void write(SocketChannel host, String text) throws IOException {
        host.write(US_ASCII.encode(text));
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            acceptor.join(); // the socket lives until its accept has returned
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (SocketChannel channel : open) {
            channel.close();
        }
    }
}
