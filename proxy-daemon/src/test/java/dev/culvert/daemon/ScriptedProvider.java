package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;

/** An LLM service that answers as a test says, each request with the next script. */
final class ScriptedProvider implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

    /** What one request was. */
    record Asked(String line, Map<String, String> headers, String body, Wire wire) {}

    /** Answers one request. */
    interface Script {
        void answer(Asked asked) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Socket> connections = new ConcurrentLinkedQueue<>();
    private final Script script;

    private ScriptedProvider(Script script) throws IOException {
        this.script = script;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Each request is answered on a thread of its own. */
    static ScriptedProvider of(Script script) throws IOException {
        return new ScriptedProvider(script);
    }

    /** Answers nothing by itself: tests take requests with {@link #next}. */
    static ScriptedProvider byHand() throws IOException {
        return of(_ -> {});
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Of OpenAI's kind, as an element of {@code providers}. */
    String openAi(String name, String more) {
        return "{\"name\": \"%s\", \"kind\": \"openai\", \"url\": \"http://127.0.0.1:%d/v1\", \"key\": {\"env\": \"PATH\"}%s}"
                .formatted(name, port(), more);
    }

    /** Of Anthropic's kind, likewise. */
    String anthropic(String name, String more) {
        return "{\"name\": \"%s\", \"kind\": \"anthropic\", \"url\": \"http://127.0.0.1:%d\", \"key\": {\"env\": \"PATH\"}%s}"
                .formatted(name, port(), more);
    }

    /** The next request that nobody has taken. */
    Asked next() throws InterruptedException {
        Asked next = asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        Assertions.assertThat(next).as("a request").isNotNull();
        return next;
    }

    int waiting() {
        return asked.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            while (true) {
                String line = line(in);
                if (line.isEmpty()) {
                    return;
                }
                Map<String, String> headers = new TreeMap<>();
                for (String next = line(in); !next.isEmpty(); next = line(in)) {
                    int colon = next.indexOf(':');
                    headers.put(
                            next.substring(0, colon).toLowerCase(Locale.ROOT),
                            next.substring(colon + 1).strip());
                }
                int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
                String body = new String(in.readNBytes(length), UTF_8);
                Asked one = new Asked(line, headers, body, new Wire(connection, in));
                asked.add(one);
                script.answer(one);
                if (!one.wire().awaitNext()) {
                    return;
                }
            }
        } catch (IOException | UncheckedIOException _) {
            // the daemon has closed it, or the test is over
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** The provider's end of one connection, while one request is answered. */
    static final class Wire {
        private final Socket connection;
        private final InputStream in;

        Wire(Socket connection, InputStream in) {
            this.connection = connection;
            this.in = in;
        }

        void send(String text) throws IOException {
            OutputStream out = connection.getOutputStream();
            out.write(text.getBytes(UTF_8));
            out.flush();
        }

        void whole(int status, String contentType, String body, String... headers)
                throws IOException {
            StringBuilder head = new StringBuilder();
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            send(
                    "HTTP/1.1 %d X\r\ncontent-type: %s\r\ncontent-length: %d\r\n%s\r\n%s"
                            .formatted(
                                    status, contentType, body.getBytes(UTF_8).length, head, body));
        }

        void json(int status, String body, String... headers) throws IOException {
            whole(status, "application/json", body, headers);
        }

        void beginEvents() throws IOException {
            send(HEAD);
        }

        /** As one chunk. */
        void chunk(String text) throws IOException {
            send("%x\r\n%s\r\n".formatted(text.getBytes(UTF_8).length, text));
        }

        void data(String json) throws IOException {
            chunk("data: " + json + "\n\n");
        }

        void event(String type, String json) throws IOException {
            chunk("event: " + type + "\ndata: " + json + "\n\n");
        }

        void end() throws IOException {
            send("0\r\n\r\n");
        }

        void close() throws IOException {
            connection.close();
        }

        /** Waits until the daemon has closed the connection; fails if it sends something. */
        void awaitClosed() throws IOException {
            connection.setSoTimeout(PATIENCE_SECONDS * 1000);
            int next;
            try {
                next = in.read();
            } catch (SocketException _) {
                next = -1; // reset
            }
            Assertions.assertThat(next).as("the end of the connection").isEqualTo(-1);
        }

        private boolean awaitNext() throws IOException {
            in.mark(1);
            int next = in.read();
            in.reset();
            return next >= 0;
        }
    }

    /** A chunk of OpenAI's with this text. */
    static String delta(String text) {
        return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
