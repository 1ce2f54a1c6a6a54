package dev.culvert.daemon.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** A client that sends what it is told, byte for byte. */
record RawClient(Socket socket, InputStream in) implements AutoCloseable {
    RawClient(Socket socket) throws IOException {
        this(socket, new BufferedInputStream(socket.getInputStream()));
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    String readToEnd() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    /** Reads until what came ends with {@code end}, or is at its end. */
    String readUntil(String end) throws IOException {
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

    /** Reads an answer with a Content-Length. */
    String readAnswer() throws IOException {
        String head = readUntil("\r\n\r\n");
        int at = head.indexOf("content-length: ");
        int length = 0;
        if (at >= 0) {
            length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        }
        return head + new String(in.readNBytes(length), ISO_8859_1);
    }

    /** Closes with a reset, as a client does that crashes. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
