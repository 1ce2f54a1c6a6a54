package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;

/**
 * A connection for several requests in order. A broken connection throws an {@link IOException}.
 */
final class KeptConnection implements AutoCloseable {
    private static final String LENGTH = "content-length:";

    private final Socket socket = new Socket();
    private final InputStream in;
    private byte[] body = new byte[0];
    private int length;

    /**
     * @param patience silence for this long counts as a broken connection
     */
    KeptConnection(Endpoint endpoint, Duration patience) throws IOException {
        try {
            int millis = Math.toIntExact(patience.toMillis());
            socket.setSoTimeout(millis);
            socket.setTcpNoDelay(true);
            socket.connect(endpoint.address(), millis);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    static byte[] request(String method, String target, String body) {
        String head = method + " " + target + " HTTP/1.1\r\nhost: localhost\r\n";
        byte[] bytes = body.getBytes(UTF_8);
        if (bytes.length > 0) {
            head += "content-type: application/json\r\ncontent-length: " + bytes.length + "\r\n";
        }
        return (head + "\r\n" + body).getBytes(UTF_8);
    }

    /** Sends a request, reads the whole answer by its content-length, and returns its status. */
    int ask(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        return answer();
    }

    /** Sends part of a request. The daemon may answer and close before it has read all of it. */
    void send(byte[] part) {
        try {
            socket.getOutputStream().write(part);
        } catch (IOException _) {
            // answer() then reads the answer, or fails.
        }
    }

    /** Reads a whole answer and returns its status. */
    int answer() throws IOException {
        int status = head();
        body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the connection ended within a body");
        }
        return status;
    }

    /** The same, but discards a body of this length or more. */
    int answerWithout(int bytes) throws IOException {
        int status = head();
        if (length >= bytes) {
            body = new byte[0];
            skipBody();
        } else {
            body = in.readNBytes(length);
        }
        return status;
    }

    private void skipBody() throws IOException {
        try {
            in.skipNBytes(length);
        } catch (EOFException _) {
            throw new EOFException("the connection ended within a body");
        }
    }

    private int head() throws IOException {
        String status = line();
        length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(line.substring(LENGTH.length()).strip());
            }
        }
        return Integer.parseInt(status.substring(9, 12));
    }

    /** The length of the last body in bytes. */
    int length() {
        return length;
    }

    /** The last body. */
    String body() {
        return new String(body, UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
