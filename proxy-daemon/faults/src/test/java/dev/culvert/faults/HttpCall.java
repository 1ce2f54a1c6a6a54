package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One request on its own connection. A broken connection throws an {@link IOException}. */
final class HttpCall implements AutoCloseable {
    private final Socket socket = new Socket();
    private final InputStream in;
    private final Map<String, String> headers = new HashMap<>();
    private int status;

    /**
     * @param patience silence for this long counts as a broken connection
     * @param receiveBytes how much the kernel may buffer for a slow client
     */
    HttpCall(Endpoint endpoint, Duration patience, int receiveBytes) throws IOException {
        try {
            socket.setReceiveBufferSize(receiveBytes);
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            socket.connect(endpoint.address());
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The address by which a relay knows this connection. */
    SocketAddress local() {
        return socket.getLocalSocketAddress();
    }

    /** Sends a request and reads the head of its answer. */
    void ask(String method, String target, Map<String, String> with, String body)
            throws IOException {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nhost: localhost\r\n");
        head.append("connection: close\r\n");
        with.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        byte[] bytes = body.getBytes(UTF_8);
        if (bytes.length > 0) {
            head.append("content-type: application/json\r\ncontent-length: ");
            head.append(bytes.length).append("\r\n");
        }
        socket.getOutputStream().write((head + "\r\n" + body).getBytes(UTF_8));
        readHead();
    }

    int status() {
        return status;
    }

    /** The whole body. */
    String body() throws IOException {
        if (isChunked()) {
            return new String(content().readAllBytes(), UTF_8);
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the connection ended");
        }
        return new String(body, UTF_8);
    }

    /** The body as it arrives. If it is cut off, reading throws an {@link EOFException}. */
    InputStream content() {
        if (!isChunked()) {
            throw new AssertionError("a stream must be in chunked encoding: " + headers);
        }
        return new ChunkedInput(in);
    }

    /** The members of the body if it is a problem; otherwise empty. */
    Map<String, String> problem() throws IOException {
        boolean isProblem =
                headers.getOrDefault("content-type", "").equals("application/problem+json");
        return isProblem ? Json.members(body()) : Map.of();
    }

    private boolean isChunked() {
        return headers.getOrDefault("transfer-encoding", "").equals("chunked");
    }

    private void readHead() throws IOException {
        String line = line(in);
        if (!line.matches("HTTP/1\\.1 \\d{3} .*")) {
            throw new AssertionError("not a status line: " + line);
        }
        status = Integer.parseInt(line.substring(9, 12));
        for (line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    /** Reads up to CR LF. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = read(in); next != '\r'; next = read(in)) {
            line.append((char) next);
        }
        if (read(in) != '\n') {
            throw new AssertionError("CR without LF after: " + line);
        }
        return new String(line.toString().getBytes(ISO_8859_1), UTF_8);
    }

    private static int read(InputStream in) throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the connection ended");
        }
        return next;
    }

    /** Decodes the chunked encoding. */
    private static final class ChunkedInput extends InputStream {
        private final InputStream in;
        private int left;
        private boolean begun;
        private boolean over;

        ChunkedInput(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            if (!hasMore()) {
                return -1;
            }
            left--;
            return HttpCall.read(in);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!hasMore()) {
                return -1;
            }
            int count = in.read(into, offset, Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the connection ended");
            }
            left -= count;
            return count;
        }

        private boolean hasMore() throws IOException {
            if (left == 0 && !over) {
                if (begun && !line(in).isEmpty()) {
                    throw new AssertionError("a chunk is longer than its size");
                }
                begun = true;
                left = Integer.parseInt(line(in), 16);
                if (left == 0) {
                    over = true;
                    line(in);
                }
            }
            return !over;
        }
    }

    /** Closes the connection, even if more would arrive. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
