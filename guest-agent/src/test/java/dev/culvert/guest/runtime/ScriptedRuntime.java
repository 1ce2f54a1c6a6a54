package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that does what a test tells it, with blocking sockets and a thread for each
 * connection.
 *
 * <p>The next script answers the next request; the last script answers all that follow.
 */
public final class ScriptedRuntime implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 20;

    /** Answers one request. The connection stays open unless the script closes it. */
    @FunctionalInterface
    public interface Script {
        void answer(Connection connection) throws IOException;
    }

    /** A request as it came; the names of headers are in lower case. */
    public record Request(String line, Map<String, String> headers, String body) {}

    private final ServerSocket server;
    private final Deque<Script> scripts;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final Semaphore closedByClient = new Semaphore(0);

    public ScriptedRuntime(Script first, Script... more) throws IOException {
        scripts = new ArrayDeque<>(List.of(more));
        scripts.addFirst(first);
        server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("scripted-runtime").start(this::accept);
    }

    public URI base() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** How many connections were accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** The next request that came; waits for it. */
    public Request request() throws InterruptedException {
        Request request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request came");
        }
        return request;
    }

    /** Waits until the client has closed one more connection. */
    public void awaitCloseByClient() throws InterruptedException {
        if (!closedByClient.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the client did not close its connection");
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** Each event in a chunk of its own, then {@code [DONE]} and a proper end; all in one write. */
    public static Script stream(String... events) {
        StringBuilder all = new StringBuilder(streamHead());
        for (String event : events) {
            all.append(encoded("data: " + event + "\n\n"));
        }
        return raw(all + encoded("data: [DONE]\n\n") + "0\r\n\r\n");
    }

    /**
     * A stream of the Messages API: each event with its {@code event:} line, which is the type in
     * its data. No end is added.
     */
    public static Script messages(String... events) {
        return raw(messagesStream(events) + "0\r\n\r\n");
    }

    /**
     * The head of a response and these events, in chunks of the chunked encoding without an end.
     */
    public static String messagesStream(String... events) {
        StringBuilder all = new StringBuilder(streamHead());
        for (String event : events) {
            String head =
                    event.startsWith("{\"type\"")
                            ? "event: " + event.split("\"", -1)[3] + "\n"
                            : "";
            all.append(encoded(head + "data: " + event + "\n\n"));
        }
        return all.toString();
    }

    /** The events of a whole message with this text. */
    public static String[] message(String text) {
        return new String[] {
            messageStart(),
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""
                    + text
                    + "\"}}",
            "{\"type\":\"content_block_stop\",\"index\":0}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}",
            "{\"type\":\"message_stop\"}"
        };
    }

    /** The first event of a message, for a prompt of 10 tokens, 3 of them from a cache. */
    public static String messageStart() {
        return "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\","
                + "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                + "\"usage\":{\"input_tokens\":7,\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":0,\"output_tokens\":1}}}";
    }

    /** One answer with a length. */
    public static Script answer(int status, String contentType, String body) {
        return connection ->
                connection.write(
                        "HTTP/1.1 "
                                + status
                                + " Scripted\r\nContent-Type: "
                                + contentType
                                + "\r\nContent-Length: "
                                + body.getBytes(UTF_8).length
                                + "\r\n\r\n"
                                + body);
    }

    /** These bytes, and the connection stays open. */
    public static Script raw(String bytes) {
        return connection -> connection.write(bytes);
    }

    /** These bytes, and then an orderly end of the connection. */
    public static Script rawThenClose(String bytes) {
        return connection -> {
            connection.write(bytes);
            connection.close();
        };
    }

    /** These bytes, and a reset of the connection after the client has read them. */
    public static Script rawThenReset(String bytes, Semaphore read) {
        return connection -> {
            connection.write(bytes);
            read.acquireUninterruptibly();
            connection.reset();
        };
    }

    /** The same bytes, each in a segment of its own. */
    public static Script byteByByte(String bytes) {
        return connection -> {
            for (byte one : bytes.getBytes(UTF_8)) {
                connection.write(new byte[] {one});
            }
        };
    }

    /** Nothing, until the client leaves. */
    public static Script hang() {
        return Connection::awaitCloseByClient;
    }

    /** A chunk of a chat completion with this text. */
    public static String chunk(String text) {
        return chunk("{\"content\":\"" + text + "\"}", null);
    }

    /** A chunk of a chat completion with this delta, in JSON. */
    public static String chunk(String delta, @Nullable String finishReason) {
        return "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                + "\"delta\":"
                + delta
                + ",\"finish_reason\":"
                + (finishReason == null ? "null" : "\"" + finishReason + "\"")
                + "}]}";
    }

    /** The head of a stream in chunked encoding. */
    public static String streamHead() {
        return head(
                "HTTP/1.1 200 OK",
                "Content-Type: text/event-stream; charset=utf-8",
                "Transfer-Encoding: chunked");
    }

    /** The head of a response with these lines. */
    public static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** One chunk of the chunked encoding. */
    public static String encoded(String content) {
        return Integer.toHexString(content.getBytes(UTF_8).length) + "\r\n" + content + "\r\n";
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                connections.incrementAndGet();
                Thread.ofPlatform()
                        .daemon()
                        .name("scripted-runtime-connection")
                        .start(() -> serve(socket));
            } catch (IOException _) {
                return; // closed by the test
            }
        }
    }

    private void serve(Socket socket) {
        try {
            Connection connection = new Connection(socket);
            while (true) {
                Request request = connection.read();
                requests.add(request);
                nextScript().answer(connection);
            }
        } catch (IOException _) {
            // The client closed it, or a script or the end of the test did.
            if (!socket.isClosed()) {
                closedByClient.release();
            }
        } finally {
            open.remove(socket);
            closeQuietly(socket);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It was reset, so it is closed.
        }
    }

    private Script nextScript() {
        synchronized (scripts) {
            return scripts.size() > 1 ? scripts.removeFirst() : scripts.getFirst();
        }
    }

    /** One connection of a client, as a script sees it. */
    public static final class Connection {

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        public void write(String text) throws IOException {
            write(text.getBytes(UTF_8));
        }

        public void write(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        public void beginStream() throws IOException {
            write(streamHead());
        }

        public void event(String data) throws IOException {
            write(encoded("data: " + data + "\n\n"));
        }

        public void endChunks() throws IOException {
            write("0\r\n\r\n");
        }

        /** Waits for this time, or until the client closes. */
        public void pause(Duration time) throws IOException {
            socket.setSoTimeout((int) time.toMillis());
            try {
                awaitCloseByClient();
            } catch (SocketTimeoutException _) {
                socket.setSoTimeout(0);
            }
        }

        /** Ends the connection in an orderly way. */
        public void close() throws IOException {
            socket.close();
        }

        /** Ends the connection with a reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Never returns: throws what ends this connection. */
        public void awaitCloseByClient() throws IOException {
            if (in.read() >= 0) {
                throw new AssertionError("the client sent more instead of closing");
            }
            throw new IOException("closed by the client");
        }

        private Request read() throws IOException {
            String line = line();
            Map<String, String> headers = new TreeMap<>();
            for (String header = line(); !header.isEmpty(); header = line()) {
                int colon = header.indexOf(':');
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            }
            byte[] body =
                    in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            return new Request(line, Map.copyOf(headers), new String(body, UTF_8));
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new IOException("closed by the client");
                }
                line.append((char) next);
            }
            return line.toString().strip();
        }
    }
}
