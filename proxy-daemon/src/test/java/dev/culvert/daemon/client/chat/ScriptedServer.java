package dev.culvert.daemon.client.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.value.Value;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A daemon that answers each request with the next of its texts, and then closes it. */
final class ScriptedServer implements Closeable {
    /** An answer that is not closed: its events end, and the connection stays. */
    static final String HANGS = "\0hangs";

    private static final String STREAM =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

    /** What came. */
    record Request(String line, String head, Value body) {}

    private final ServerSocket socket;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    ScriptedServer() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    ScriptedServer then(String... more) {
        answers.addAll(List.of(more));
        return this;
    }

    /** The events of a turn. */
    static String stream(String... events) {
        return STREAM + String.join("", events);
    }

    static String event(String type, int number, String data) {
        return event("a.T", type, number, data);
    }

    static String event(String turn, String type, int number, String data) {
        return "event: %s\nid: %s:%d\ndata: %s\n\n".formatted(type, turn, number, data);
    }

    static String chunk(int number, String text) {
        return event("chunk", number, Value.members("content", text, "done", false).json());
    }

    static String call(int number, String id, String tool, String arguments) {
        return event(
                "tool_call",
                number,
                "{\"call_id\":\"%s\",\"tool_name\":\"%s\",\"arguments\":%s}"
                        .formatted(id, tool, arguments));
    }

    static String callsEnd(int number, String continuation) {
        return event(
                "done",
                number,
                "{\"finish_reason\":\"tool_calls\",\"continuation\":\"%s\"}"
                        .formatted(continuation));
    }

    static String done(int number) {
        return event("done", number, "{}");
    }

    static String json(int status, String body) {
        return "HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                .formatted(status, body.getBytes(UTF_8).length, body);
    }

    private void serve() {
        try {
            while (true) {
                Socket client = socket.accept();
                open.add(client);
                if (closed) { // a virtual thread may accept one more
                    client.close();
                    return;
                }
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // the test is over
        }
    }

    private void serve(Socket client) {
        try {
            requests.add(read(new BufferedInputStream(client.getInputStream())));
            String answer = answers.take();
            client.getOutputStream().write(answer.replace(HANGS, "").getBytes(UTF_8));
            if (!answer.endsWith(HANGS)) {
                client.close();
            }
        } catch (IOException | InterruptedException _) {
            // the test is over
        }
    }

    private static Request read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        String text = head.toString();
        int length =
                text.lines()
                        .filter(line -> line.startsWith("content-length: "))
                        .mapToInt(line -> Integer.parseInt(line.substring(16)))
                        .findFirst()
                        .orElse(0);
        String body = new String(in.readNBytes(length), UTF_8);
        return new Request(
                text.lines().findFirst().orElseThrow(),
                text,
                body.isEmpty() ? Value.nothing() : Value.parse(body));
    }

    List<Request> requests() {
        return requests;
    }

    int port() {
        return socket.getLocalPort();
    }

    Api api() {
        return new Api(
                Server.parse("http://127.0.0.1:" + port()),
                "",
                Optional.empty(),
                Duration.ofSeconds(10),
                _ -> {});
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
        for (Socket client : open) {
            client.close();
        }
    }
}
