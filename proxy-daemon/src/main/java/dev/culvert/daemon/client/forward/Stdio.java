package dev.culvert.daemon.client.forward;

import dev.culvert.daemon.client.http.Tunnel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A tunnel on standard input and output, as {@code ssh} wants it of a ProxyCommand. */
public final class Stdio {
    private final InputStream in;
    private final OutputStream out;

    public Stdio(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Carries bytes until the agent's side has ended. An end of the input is passed on, and what
     * comes back after it is still put out. Blocks; closes the tunnel.
     */
    public void run(Tunnel tunnel) throws IOException {
        try (tunnel) {
            Thread.ofPlatform().daemon().name("stdin").start(() -> send(tunnel));
            Relay.copy(tunnel.in(), out);
        }
    }

    private void send(Tunnel tunnel) {
        try {
            Relay.copy(in, tunnel.out());
            tunnel.endOutput();
        } catch (IOException _) {
            close(tunnel); // the reader on the other thread sees the end
        }
    }

    private static void close(Tunnel tunnel) {
        try {
            tunnel.close();
        } catch (IOException _) {
            // it is lost already
        }
    }
}
