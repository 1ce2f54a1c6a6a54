package dev.culvert.checks;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Accepts connections on loopback, and does the same with each on a thread of its own. */
public final class TestServer implements Closeable {
    /** What it does with a connection, which is closed afterwards. */
    public interface Script {
        void play(Socket socket, InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final Queue<String> heads = new ConcurrentLinkedQueue<>();

    public TestServer(ServerSocket server, Script script) {
        this.server = server;
        Thread.startVirtualThread(() -> accept(script));
    }

    public static TestServer playing(Script script) throws IOException {
        return new TestServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    /** Answers each request with this head and no body. */
    public static TestServer answering(String head) throws IOException {
        return answering(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), head);
    }

    static TestServer answering(ServerSocket socket, String head) {
        TestServer[] server = new TestServer[1];
        server[0] =
                new TestServer(
                        socket,
                        (_, in, out) -> {
                            server[0].heads.add(head(in));
                            out.write(head.getBytes(StandardCharsets.UTF_8));
                            out.flush();
                        });
        return server[0];
    }

    private void accept(Script script) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> serve(socket, script));
            } catch (IOException _) {
                return;
            }
        }
    }

    private static void serve(Socket socket, Script script) {
        try (socket) {
            script.play(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException _) {
            // the client has gone, which it may
        }
    }

    /** The lines up to the empty one. */
    public static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("the client has gone");
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    /** Copies both directions until both have ended. */
    public static void join(Socket one, Socket other) throws IOException {
        Thread back =
                Thread.startVirtualThread(() -> {
                    try {
                        other.getInputStream().transferTo(one.getOutputStream());
                        one.shutdownOutput();
                    } catch (IOException _) {
                        // one of them has gone
                    }
                });
        one.getInputStream().transferTo(other.getOutputStream());
        other.shutdownOutput();
        try {
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What clients have sent to a server that answers. */
    public Queue<String> heads() {
        return heads;
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
