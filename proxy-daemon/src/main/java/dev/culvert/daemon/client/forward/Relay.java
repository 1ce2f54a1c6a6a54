package dev.culvert.daemon.client.forward;

import dev.culvert.daemon.client.http.Tunnel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** Carries the bytes of one connection through a tunnel, both ways, until both have ended. */
final class Relay {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Socket local;
    private final Tunnel tunnel;

    Relay(Socket local, Tunnel tunnel) {
        this.local = local;
        this.tunnel = tunnel;
    }

    /** Blocks; closes both. A connection that breaks off is reset on its other side. */
    void run() throws IOException {
        try (local;
                tunnel) {
            Thread back = Thread.ofVirtual().start(this::back);
            try {
                copy(local.getInputStream(), tunnel.out());
                tunnel.endOutput();
            } catch (IOException _) {
                breakOff();
            }
            back.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void back() {
        try {
            copy(tunnel.in(), local.getOutputStream());
            local.shutdownOutput();
        } catch (IOException _) {
            breakOff();
        }
    }

    private void breakOff() {
        reset(local);
        try {
            tunnel.close();
        } catch (IOException _) {
            // it is lost already
        }
    }

    /** Closes it so that its other side cannot take that for an end. */
    static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException _) {
            // it is lost already
        }
    }

    /** Copies until the end. */
    static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            to.write(buffer, 0, count);
            to.flush();
        }
    }
}
