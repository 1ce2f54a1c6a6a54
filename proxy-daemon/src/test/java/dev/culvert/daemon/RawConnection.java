package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** One connection to the daemon, for what a stock client does not do. */
final class RawConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawConnection(TestDaemon daemon) throws IOException {
        socket = daemon.connect();
        in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** A request without a body. */
    void send(String method, String path) throws IOException {
        send(method + " " + path + " HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }

    /** The lines of the next head. */
    String head() throws IOException {
        return until("\r\n\r\n");
    }

    /** What comes up to {@code end}, or the end of all. */
    String until(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end, text.length() - end.length()) < 0) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            text.append((char) b);
        }
        return text.toString();
    }

    /** The next answer, which says how long it is. */
    String answer() throws IOException {
        String head = head();
        int at = head.indexOf("content-length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        return head + new String(in.readNBytes(length), UTF_8);
    }

    /** The events of the next answer, once its head is here. */
    EventReader events() throws IOException {
        return new EventReader(head(), in);
    }

    /** The next answer whole, be it a stream or not. */
    String answerOrStream() throws IOException {
        String head = head();
        int at = head.indexOf("content-length: ");
        return head
                + (at < 0
                        ? until("\r\n0\r\n\r\n")
                        : new String(
                                in.readNBytes(
                                        Integer.parseInt(
                                                head.substring(at + 16, head.indexOf('\r', at)))),
                                UTF_8));
    }

    /** All that comes until the daemon closes. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
