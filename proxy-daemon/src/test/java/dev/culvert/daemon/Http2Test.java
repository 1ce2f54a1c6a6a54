package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of HTTP/2 that nobody here wrote, against a whole daemon. */
class Http2Test {
    private static final String STREAM = "/api/v1/agents/a/stream";

    @TempDir Path directory;

    private record Ran(int code, String said) {}

    private static Ran run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ran(process.waitFor(), said);
    }

    /** Skips the test, and says why, if a program is not there or lacks a feature. */
    private static void assumeThereIs(String program, String feature) throws InterruptedException {
        String said;
        try {
            said = run(program, "--version").said();
        } catch (IOException _) {
            said = "";
        }
        assumeTrue(
                said.contains(feature),
                program + " with " + feature + " is not installed: run.sh --tools installs it");
    }

    @Test
    void curlStreamsWithPriorKnowledge() throws Exception {
        assumeThereIs("curl", "HTTP2");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            CompletableFuture<Ran> curl =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return run(
                                    "curl",
                                    "-sN",
                                    "--http2-prior-knowledge",
                                    "-w",
                                    "version %{http_version}",
                                    "-H",
                                    "content-type: application/json",
                                    "-d",
                                    TestDaemon.MESSAGE,
                                    "http://127.0.0.1:" + daemon.port() + STREAM);
                        } catch (IOException | InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
            Request message = guest.take();
            message.chunk("one");
            message.reply("chunk", "{\"content\":\"two\",\"done\":true}");

            Ran ran = curl.join();
            assertThat(ran.code()).isZero();
            assertThat(ran.said())
                    .contains("data: {\"content\":\"one\",\"done\":false}\n\n")
                    .contains("event: done\n")
                    .endsWith("version 2");
            daemon.awaitMetric("culvert_http_streams", 0);
        }
    }

    @Test
    void h2loadGetsAnAnswerToEachOfManyRequests() throws Exception {
        assumeThereIs("h2load", "nghttp2");
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            Ran ran =
                    run(
                            "h2load",
                            "-n",
                            "400",
                            "-c",
                            "2",
                            "-m",
                            "20",
                            "http://127.0.0.1:" + daemon.port() + "/livez");
            assertThat(ran.said()).contains("400 succeeded, 0 failed", "status codes: 400 2xx");
        }
    }

    @Test
    void aClientThatReadsNothingIsSentAway() throws Exception {
        String settings = "{\"http\": {\"idle_timeout\": \"200ms\"}}";
        try (TestDaemon daemon = TestDaemon.start(settings);
                Socket socket = daemon.connect()) {
            OutputStream out = socket.getOutputStream();
            HexFormat hex = HexFormat.of();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
            out.write(hex.parseHex("00000604000000000000047fffffff")); // a window for each stream
            out.write(hex.parseHex("00000408000000000070000000")); // and for all of them
            for (int stream = 1; stream < 200; stream += 2) { // GET http://localhost/openapi.yaml
                out.write(hex.parseHex("00001c0105%08x".formatted(stream)));
                out.write(hex.parseHex("828641096c6f63616c686f7374040d2f6f70656e6170692e79616d6c"));
            }
            out.flush();
            daemon.awaitMetric("culvert_http_streams", it -> it > 0);
            daemon.awaitMetric("culvert_http_connections", 1);
            assertThat(daemon.metric("culvert_http_streams")).isZero();
        }
    }

    private TestDaemon withTls(TestCertificates made, String more, ScriptedGuest guest)
            throws Exception {
        Path cert = Files.writeString(directory.resolve("cert.pem"), made.chain("server"));
        Path key = Files.writeString(directory.resolve("key.pem"), made.key("server"));
        return TestDaemon.with(
                """
                %s
                "http": {
                  "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                  "tls": {"cert": "%s", "key": "%s"}
                },
                """
                        .formatted(more, cert, key),
                guest);
    }

    private static HttpRequest request(TestDaemon daemon) {
        AgentAddress.Tcp address = (AgentAddress.Tcp) daemon.daemon().addresses().getLast();
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + address.port() + STREAM))
                .POST(BodyPublishers.ofString(TestDaemon.MESSAGE))
                .build();
    }

    @Test
    void aBrowserlikeClientHasMoreThanSixStreamsOnOneConnection() throws Exception {
        TestCertificates certificates = new TestCertificates();
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = withTls(certificates, "", guest);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(certificates.client(false)).build()) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            List<Request> messages = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(client.sendAsync(request(daemon), BodyHandlers.ofString()));
                messages.add(guest.take());
            }
            assertThat(daemon.metric("culvert_http_streams")).isEqualTo(20);
            assertThat(daemon.metric("culvert_http_connections")).isEqualTo(2);
            for (Request message : messages) {
                message.chunk("here");
                message.reply("chunk", "{\"content\":\"\",\"done\":true}");
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.join().version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.join().body()).contains("here", "event: done");
                assertThat(answer.join().headers().firstValue("strict-transport-security"))
                        .isPresent();
            }
        }
    }

    @Test
    void aClientThatGivesUpItsStreamEndsTheTurn() throws Exception {
        TestCertificates certificates = new TestCertificates();
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        withTls(certificates, "\"turns\": {\"resume_grace\": \"10ms\"},", guest);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(certificates.client(false)).build()) {
            var answer = client.sendAsync(request(daemon), BodyHandlers.ofInputStream());
            guest.take().chunk("one");
            answer.join().body().close();
            daemon.awaitMetric("culvert_http_streams_reset_total", 1);
            daemon.awaitMetric("culvert_turns_cancelled_total{cause=\"client_gone\"}", 1);
            daemon.awaitMetric("culvert_http_streams", 0);
        }
    }
}
