package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What accepts a connection only to close it, as a guest does that this host may not dial. */
class FlappingAgentTest {
    @Test
    void neverCountsAsReady() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        try (ServerSocket refusing = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                HttpClient client = HttpClient.newHttpClient()) {
            Thread.ofVirtual().start(() -> acceptAndClose(refusing, accepted));
            InputStream events;
            try (TestDaemon daemon =
                    TestDaemon.start(
                            "{\"agents\": [{\"id\": \"a\", \"address\": \"tcp://127.0.0.1:"
                                    + refusing.getLocalPort()
                                    + "\"}]}")) {
                URI uri = URI.create("http://127.0.0.1:" + daemon.port() + "/api/v1/events");
                events =
                        client.send(
                                        HttpRequest.newBuilder(uri).build(),
                                        BodyHandlers.ofInputStream())
                                .body();
                Eventually.await(() -> assertThat(accepted).hasValueGreaterThan(5));
            }
            String told = new String(events.readAllBytes(), UTF_8);

            assertThat(told).contains("\"state\":\"unreachable\"", "--accept-from");
            assertThat(told).doesNotContain("\"state\":\"ready\"");
        }
    }

    @Test
    void aGreetingIsNoWorkThatEndsARowOfLosses() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("ping", request -> request.link().close());
            try (TestDaemon daemon =
                    TestDaemon.start(
                            "{\"home\": {\"backoff_min\": \"1h\", \"backoff_max\": \"1h\"},"
                                    + TestDaemon.agents(guest)
                                    + "}")) {
                daemon.awaitState("a", "unreachable");

                for (int i = 0; i < 20; i++) {
                    assertThat(daemon.get("/agents").statusCode()).isEqualTo(200);
                }

                Eventually.await(() -> assertThat(guest.links()).hasSize(2));
                assertThat(daemon.metric("culvert_dial_duration_seconds_count{outcome=\"ok\"}"))
                        .isEqualTo(2);
            }
        }
    }

    /** It dies of its configuration, as soon as it has said that it lives. */
    @Test
    void anAnswerOnALinkThatDoesNotLastIsNoneEither() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"home\": {\"backoff_min\": \"1h\", \"backoff_max\": \"1h\"},"
                                        + TestDaemon.agents(guest)
                                        + "}")) {
            daemon.awaitState("a", "ready");
            guest.on("config_update", request -> request.link().close());
            assertThat(
                            daemon.put(
                                            "/api/v1/agents/a/config",
                                            "{\"config\":{},\"tool_allowlist\":[]}")
                                    .statusCode())
                    .isEqualTo(202);

            daemon.awaitState("a", "unreachable");
            for (int i = 0; i < 20; i++) {
                assertThat(daemon.get("/agents").statusCode()).isEqualTo(200);
            }

            Eventually.await(() -> assertThat(guest.links()).hasSize(2));
            assertThat(daemon.metric("culvert_dial_duration_seconds_count{outcome=\"ok\"}"))
                    .isEqualTo(2);
        }
    }

    private static void acceptAndClose(ServerSocket server, AtomicInteger accepted) {
        try {
            while (true) {
                server.accept().close();
                accepted.incrementAndGet();
            }
        } catch (IOException _) {
            // The test is over.
        }
    }
}
