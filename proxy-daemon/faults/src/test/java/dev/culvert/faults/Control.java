package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Answers every request at once with a few bytes. The time that this takes is the delay of this
 * process and the machine.
 */
final class Control implements AutoCloseable {
    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".getBytes(US_ASCII);
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);

    private final ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());

    Control() throws IOException {
        Thread.ofPlatform().daemon().name("control").start(this::serve);
    }

    Endpoint endpoint() {
        return new Endpoint(server.getLocalSocketAddress());
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                answer(socket);
            } catch (IOException _) {
                // The client is gone, or the server is closed.
            }
        }
    }

    private static void answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[1024];
        int matched = 0;
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            for (int i = 0; i < count; i++) {
                matched = bytes[i] == END_OF_HEAD[matched] ? matched + 1 : bytes[i] == '\r' ? 1 : 0;
                if (matched == END_OF_HEAD.length) {
                    socket.getOutputStream().write(ANSWER);
                    matched = 0;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
