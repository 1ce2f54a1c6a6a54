package dev.culvert.daemon.outgoing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.checks.AddressRule;
import dev.culvert.daemon.outgoing.OutgoingCalls.Door;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.EventLoops;
import io.netty.handler.codec.http.HttpMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets, against a server that counts its connections. */
@Timeout(30)
class KeptConnectionsTest {
    private static final String KEPT = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    private static final String CLOSED =
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

    private final KeptConnections kept = new KeptConnections();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    /** One for each request; an empty one closes the connection. */
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private EventLoops loops = EventLoops.start(1, "kept");
    private ServerSocket server = new ServerSocket();

    KeptConnectionsTest() throws IOException {}

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(() -> {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    connections.incrementAndGet();
                    Thread.startVirtualThread(() -> serve(client));
                } catch (IOException _) {
                    // the test is over
                }
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        loops.close();
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
            String answer = "-";
            while (!answer.isEmpty()) {
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    line = in.readLine();
                }
                if (line == null) {
                    return;
                }
                answer = answers.take();
                client.getOutputStream().write(answer.getBytes(UTF_8));
            }
        } catch (IOException _) {
            // the client is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.incrementAndGet();
        }
    }

    private String ask(HttpMethod method) throws Exception {
        OutgoingRequest request =
                new OutgoingRequest(
                        method,
                        URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"),
                        Map.of(),
                        "",
                        Duration.ofSeconds(20),
                        100);
        CompletableFuture<String> told = new CompletableFuture<>();
        new OutgoingCalls(loops.transport())
                .begin(
                        loops.next(),
                        request,
                        new Door(null, AddressRule.ANY, kept),
                        new OutgoingListener() {
                            @Override
                            public void onAnswer(OutgoingAnswer answer) {
                                told.complete(answer.body());
                            }

                            @Override
                            public void onFailed(OutgoingFailure failure) {
                                told.complete(failure.sentence());
                            }
                        });
        return told.get(25, TimeUnit.SECONDS);
    }

    @Test
    void whatReadsSharesOneConnection() throws Exception {
        for (int i = 0; i < 5; i++) {
            answers.add(KEPT);
            assertThat(ask(HttpMethod.GET)).isEqualTo("ok");
        }

        assertThat(connections).hasValue(1);
    }

    @Test
    void aConnectionThatTheServerHasClosedIsMadeAgain() throws Exception {
        answers.add(KEPT);
        assertThat(ask(HttpMethod.GET)).isEqualTo("ok");
        answers.add(""); // to the next request on the same connection
        answers.add(KEPT);

        assertThat(ask(HttpMethod.GET)).isEqualTo("ok");

        assertThat(connections).hasValue(2);
    }

    @Test
    void aServerThatClosesIsNotAskedOnThatConnectionAgain() throws Exception {
        for (int i = 0; i < 2; i++) {
            answers.add(CLOSED);
            assertThat(ask(HttpMethod.GET)).isEqualTo("ok");
        }

        assertThat(connections).hasValue(2);
    }

    @Test
    void whatChangesSomethingHasAConnectionOfItsOwn() throws Exception {
        answers.add(KEPT);
        ask(HttpMethod.GET);
        answers.add(KEPT);
        assertThat(ask(HttpMethod.POST)).isEqualTo("ok");
        assertThat(connections).hasValue(2);
        Eventually.await(() -> assertThat(ended).hasValueGreaterThan(0));

        answers.add("");
        assertThat(ask(HttpMethod.POST)).contains("was closed before the answer was complete");
        assertThat(connections).hasValue(3);
    }

    @Test
    void aServerThatSpeaksUnaskedIsLeft() throws Exception {
        answers.add(KEPT + KEPT);
        ask(HttpMethod.GET);

        Eventually.await(() -> {
            answers.clear();
            answers.add(KEPT);
            assertThat(askQuietly()).isEqualTo("ok");
            assertThat(connections).hasValueGreaterThan(1);
        });
    }

    private String askQuietly() {
        try {
            return ask(HttpMethod.GET);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingIsKeptForLong() throws Exception {
        answers.add(KEPT);
        ask(HttpMethod.GET);

        Eventually.await(() -> assertThat(ended).hasValue(1));
    }
}
