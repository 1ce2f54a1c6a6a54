package dev.culvert.daemon.client.forward;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.io.Quoted;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Takes connections on a port of this machine, and gives each a tunnel. Safe for all threads. */
public final class Listener implements Closeable {
    private static final int BACKLOG = 128;

    /** A program has 1,024 files by default, and a connection takes two. */
    private static final int MOST_CONNECTIONS = 400;

    /** Is told what becomes of connections. */
    public interface Report extends AgentPort.Waiting {
        /** A connection was reset, because it got no tunnel. */
        void failed(IOException why);
    }

    private final ServerSocket socket;
    private final AgentPort port;
    private final Report report;
    private final Semaphore free = new Semaphore(MOST_CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Listener(ServerSocket socket, AgentPort port, Report report) {
        this.socket = socket;
        this.port = port;
        this.report = report;
    }

    /**
     * Listens from now on; {@link #serve} takes the connections.
     *
     * @param local 0 for any that is free
     * @throws IOException one sentence that says who has the port, as far as that can be seen
     */
    public static Listener open(InetAddress address, int local, AgentPort port, Report report)
            throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, local), BACKLOG);
            return new Listener(socket, port, report);
        } catch (BindException e) {
            socket.close();
            throw refused(address, local, e);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static IOException refused(InetAddress address, int local, BindException e) {
        String said = Quoted.message(e);
        if (said.contains("Permission denied")) {
            return new IOException(
                    "only root may listen on port %d: take another, such as %d:%d"
                            .formatted(local, local + 8_000, local),
                    e);
        }
        if (said.contains("Cannot assign")) {
            return new UsageException(
                    "this machine has no address %s: --address takes one of its own"
                            .formatted(address.getHostAddress()));
        }
        String holder = new PortHolder(Path.of("/proc")).of(local).orElse("another process");
        return new IOException(
                "port %d is taken by %s: stop that, or take another port; 0:PORT takes a free one"
                        .formatted(local, holder),
                e);
    }

    /** Address and port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Takes connections until it is closed. Blocks. */
    public void serve() throws IOException {
        while (!socket.isClosed()) {
            try {
                free.acquire();
                Socket accepted = accept();
                if (accepted != null) {
                    Thread.ofVirtual().start(() -> carry(accepted));
                }
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /** Null when it is closed. */
    private @Nullable Socket accept() throws IOException {
        try {
            Socket accepted = socket.accept();
            open.add(accepted);
            return accepted;
        } catch (IOException e) {
            free.release();
            if (socket.isClosed()) {
                return null;
            }
            throw e;
        }
    }

    private void carry(Socket local) {
        try {
            local.setTcpNoDelay(true);
            Tunnel tunnel = port.open(report);
            new Relay(local, tunnel).run();
        } catch (IOException e) {
            Relay.reset(local);
            if (!socket.isClosed()) {
                report.failed(e);
            }
        } catch (InterruptedException _) {
            Relay.reset(local);
        } finally {
            open.remove(local);
            free.release();
        }
    }

    /** Takes no more connections, and resets those that are open. */
    @Override
    public void close() throws IOException {
        socket.close();
        open.forEach(Relay::reset);
    }
}
