package dev.culvert.daemon.traces;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A collector on loopback that keeps what it gets, and answers as the test says. */
public final class TestCollector implements AutoCloseable {
    private final HttpServer server;
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> headers = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String answer = "{\"partialSuccess\":{}}";

    public TestCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/traces",
                exchange -> {
                    bodies.add(exchange.getRequestBody().readAllBytes());
                    heads.add(
                            "%s %s %s"
                                    .formatted(
                                            exchange.getRequestMethod(),
                                            exchange.getRequestHeaders().getFirst("content-type"),
                                            exchange.getRequestHeaders()
                                                    .getFirst("authorization")));
                    exchange.getRequestHeaders().values().forEach(headers::addAll);
                    byte[] text = answer.getBytes(UTF_8);
                    exchange.sendResponseHeaders(status, text.length);
                    exchange.getResponseBody().write(text);
                    exchange.close();
                });
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    void answers(int with, String body) {
        status = with;
        answer = body;
    }

    List<String> heads() {
        return heads;
    }

    /** The values of all headers that came. */
    public List<String> headers() {
        return headers;
    }

    public List<byte[]> bodies() {
        return bodies;
    }

    /** All spans that came. */
    public List<OtlpReader.Span> spans() {
        List<OtlpReader.Span> spans = new ArrayList<>();
        for (byte[] body : bodies) {
            try {
                spans.addAll(OtlpReader.read(body));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return spans;
    }

    /** Waits for so many. */
    public List<OtlpReader.Span> await(int count) {
        Eventually.await(() -> {
            if (spans().size() < count) {
                throw new AssertionError(spans().toString());
            }
        });
        return spans();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
