package dev.culvert.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The shipped image with its own heap, and hosts that try to use all of it. */
class HeldBytesIT {
    private static final int FRAME_BYTES = 4 << 20;

    private final List<Socket> hosts = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket host : hosts) {
            host.close();
        }
    }

    @Test
    void itOutlivesAHostThatAsksAndDoesNotRead() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo()) {
            int port = agent.port();
            OutputStream out = connect(port).getOutputStream();
            byte[] pings = pings(10_000);

            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < 1_000; i++) {
                                    write(out, pings);
                                }
                            },
                            task -> Thread.ofPlatform().daemon().start(task));

            assertThat(isHeldBack(writing)).isTrue();
            assertServes(port);
        }
    }

    @Test
    void itOutlivesHalfFramesOfManyHosts() throws Exception {
        try (ShippedAgent agent = ShippedAgent.echo()) {
            int port = agent.port();
            for (int i = 0; i < 31; i++) {
                DataOutputStream out = new DataOutputStream(connect(port).getOutputStream());
                out.writeInt(FRAME_BYTES);
                write(out, new byte[FRAME_BYTES - 1]);
            }

            assertServes(port);
            agent.terminate();
            assertThat(agent.exitCode()).isZero();
            assertThat(agent.err())
                    .contains(
                            "(--max-held-bytes), and this one holds the most: a frame that has come");
        }
    }

    @Test
    void itOutlivesLargeMessagesOfManyHosts() throws Exception {
        String words = ("x".repeat(1_000) + "\ud83d\ude00").repeat(4_100);
        try (ShippedAgent agent = ShippedAgent.echo("--echo-delay", "1h")) {
            int port = agent.port();
            for (int i = 0; i < 20; i++) {
                DataOutputStream out = new DataOutputStream(connect(port).getOutputStream());
                byte[] json =
                        ("{\"type\":\"message\",\"id\":\"large-"
                                        + i
                                        + "\",\"payload\":{\"role\":\"user\",\"content\":\""
                                        + words
                                        + "\"}}")
                                .getBytes(UTF_8);
                assertThat(json.length).isLessThan(FRAME_BYTES);
                out.writeInt(json.length);
                write(out, json);
            }

            assertServes(port);
        }
    }

    private static void assertServes(int port) throws IOException {
        try (BaseHost host = new BaseHost(port)) {
            assertThat(host.next()).contains("\"status\":\"ready\"");
            host.send("ping", "p1", "{}");
            assertThat(host.nextAnswer()).contains("\"type\":\"pong\"");
        }
    }

    private static boolean isHeldBack(CompletableFuture<Void> writing) throws Exception {
        try {
            writing.get(5, TimeUnit.SECONDS);
            return false;
        } catch (TimeoutException _) {
            return true;
        }
    }

    private static byte[] pings(int count) throws IOException {
        byte[] json = "{\"type\":\"ping\",\"id\":\"p\",\"payload\":{}}".getBytes(UTF_8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        for (int i = 0; i < count; i++) {
            out.writeInt(json.length);
            out.write(json);
        }
        return all.toByteArray();
    }

    /** The agent may close the connection in the meantime. */
    private static void write(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException _) {
            // The test looks at what the agent does next.
        }
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        hosts.add(socket);
        return socket;
    }
}
