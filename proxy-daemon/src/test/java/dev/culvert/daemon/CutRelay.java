package dev.culvert.daemon;

import dev.culvert.transport.AgentAddress;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes on between whoever connects and one address, until a test cuts the connections. */
final class CutRelay implements Closeable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AgentAddress.Tcp target;
    private final List<Socket> open = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Semaphore gate = new Semaphore(1);

    CutRelay(AgentAddress target) throws IOException {
        this.target = (AgentAddress.Tcp) target;
        Thread.startVirtualThread(this::accept);
    }

    AgentAddress address() {
        return new AgentAddress.Tcp("127.0.0.1", server.getLocalPort());
    }

    /** How many there were. */
    int connections() {
        return connections.get();
    }

    /** Connections from now on wait until {@link #goOn}; those that there are go on. */
    void hold() {
        gate.acquireUninterruptibly();
    }

    void goOn() {
        gate.release();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = server.accept();
                gate.acquireUninterruptibly();
                gate.release();
                Socket far = new Socket(target.host(), target.port());
                synchronized (open) {
                    open.add(near);
                    open.add(far);
                }
                connections.incrementAndGet();
                Thread.startVirtualThread(() -> pump(near, far));
                Thread.startVirtualThread(() -> pump(far, near));
            }
        } catch (IOException _) {
            // The relay is closed.
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException _) {
            // One of the two was cut.
        }
    }

    /** Closes the connections that there are; others may follow. */
    void cut() throws IOException {
        synchronized (open) {
            for (Socket socket : open) {
                socket.close();
            }
            open.clear();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
