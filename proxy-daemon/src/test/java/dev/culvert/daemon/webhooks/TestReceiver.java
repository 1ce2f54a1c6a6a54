package dev.culvert.daemon.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.Assertions;

/** Takes messages of webhooks on loopback, or refuses them, as the test says. */
public final class TestReceiver implements AutoCloseable {
    /**
     * What came.
     *
     * @param refusal why its signature is not valid; empty if it is
     */
    public record Message(String id, String body, String refusal, int status) {}

    public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final HttpServer server;
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private volatile int status = 204;

    public TestReceiver() throws IOException {
        this(0);
    }

    /**
     * @param port 0 for any
     */
    public TestReceiver(int port) throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
    }

    private TestReceiver(HttpServer server) {
        this.server = server;
        server.createContext("/", this::take);
        server.start();
    }

    public static TestReceiver withTls(SSLContext context) throws IOException {
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new TestReceiver(server);
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String id = exchange.getRequestHeaders().getFirst(WebhookSignature.ID);
        String refusal =
                new WebhookSignature(SECRET)
                        .refusal(
                                new WebhookSignature.Headers(
                                        id,
                                        exchange.getRequestHeaders()
                                                .getFirst(WebhookSignature.TIMESTAMP),
                                        exchange.getRequestHeaders()
                                                .getFirst(WebhookSignature.SIGNATURE)),
                                body,
                                java.time.Instant.now());
        int answered = status;
        messages.add(
                new Message(
                        String.valueOf(id),
                        new String(body, UTF_8),
                        refusal == null ? "" : refusal,
                        answered));
        exchange.sendResponseHeaders(answered, -1);
        exchange.close();
    }

    public void answers(int with) {
        status = with;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** The entry of the settings that tells this receiver. */
    public String setting(String name, String more) {
        return "{\"name\": \"%s\", \"url\": \"http://127.0.0.1:%d/hooks/s3cret\", \"secret\": {\"file\": \"%s\"}%s}"
                .formatted(name, port(), "SECRET_FILE", more);
    }

    public List<Message> messages() {
        return messages;
    }

    /** Waits for one. */
    public Message await(Predicate<Message> wanted) {
        Eventually.await(() -> Assertions.assertThat(messages).anyMatch(wanted));
        return messages.stream().filter(wanted).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
