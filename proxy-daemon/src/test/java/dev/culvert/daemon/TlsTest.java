package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon with a listener without TLS and one with it. */
class TlsTest {
    private static TestCertificates certificates;

    @TempDir Path directory;
    private Path cert;
    private Path key;
    private Path clientCa;

    @BeforeAll
    static void make() throws Exception {
        certificates = new TestCertificates();
    }

    @BeforeEach
    void write() throws Exception {
        cert = Files.writeString(directory.resolve("cert.pem"), certificates.chain("server"));
        key = Files.writeString(directory.resolve("key.pem"), certificates.key("server"));
        clientCa = Files.writeString(directory.resolve("ca.pem"), certificates.chain("issuer"));
    }

    private String settings(String more) {
        return """
        {"http": {
          "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
          "tls": {"cert": "%s", "key": "%s", %s}
        }}
        """
                .formatted(cert, key, more);
    }

    private static int tlsPort(TestDaemon daemon) {
        AgentAddress.Tcp address = (AgentAddress.Tcp) daemon.daemon().addresses().getLast();
        assertThat(address.toString()).startsWith("tls://127.0.0.1:");
        return address.port();
    }

    private static HttpResponse<String> get(TestDaemon daemon, boolean withCertificate)
            throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.client(withCertificate)).build()) {
            URI uri = URI.create("https://127.0.0.1:" + tlsPort(daemon) + "/livez");
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        }
    }

    @Test
    void onlyWhereItIsTlsBrowsersAreToldToInsistOnIt() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings(""))) {
            HttpResponse<String> answer = get(daemon, false);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("strict-transport-security"))
                    .hasValue("max-age=2592000");
            assertThat(daemon.get("/livez").headers().firstValue("strict-transport-security"))
                    .isEmpty();
            daemon.awaitMetric("culvert_tls_handshakes_total{outcome=\"ok\"}", 1);
            assertThat(daemon.metric("culvert_tls_certificate_expiry_seconds"))
                    .isGreaterThan(System.currentTimeMillis() / 1000.0 + 29 * 24 * 3600);
        }
    }

    @Test
    void aPageOfItsOwnMayCallOverLoopback() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings(""));
                HttpClient client =
                        HttpClient.newBuilder().sslContext(certificates.client(false)).build()) {
            String own = "https://127.0.0.1:" + tlsPort(daemon);
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(own + "/livez"))
                            .header("origin", own)
                            .build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void newFilesAreUsedForNewConnectionsAndBrokenOnesLeaveTheOldInForce() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings("\"reload_interval\": \"20ms\""))) {
            double before = daemon.metric("culvert_tls_certificate_expiry_seconds");
            Files.writeString(cert, "nothing of the kind");
            daemon.awaitMetric("culvert_tls_certificate_reload_success", 0);
            assertThat(get(daemon, false).statusCode()).isEqualTo(200);

            Files.writeString(cert, certificates.chain("client"));
            Files.writeString(key, certificates.key("client"));
            daemon.awaitMetric("culvert_tls_certificate_reload_success", 1);
            daemon.awaitMetric(
                    "culvert_tls_certificate_expiry_seconds", it -> Math.abs(it - before) > 60);
            assertThatExceptionOfType(SSLException.class).isThrownBy(() -> get(daemon, false));
        }
    }

    @Test
    void onlyClientsWithACertificateAreLetInWhereOneIsRequired() throws Exception {
        String mutual = "\"client_auth\": \"require\", \"client_ca\": \"" + clientCa + '"';
        try (TestDaemon daemon = TestDaemon.start(settings(mutual))) {
            assertThat(get(daemon, true).statusCode()).isEqualTo(200);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> get(daemon, false));
            daemon.awaitMetric("culvert_tls_handshakes_total{outcome=\"failed\"}", it -> it >= 1);
        }
    }

    @Test
    void anOldVersionIsRefused() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(settings("\"min_version\": \"1.3\""));
                SSLSocket socket =
                        (SSLSocket)
                                certificates
                                        .client(false)
                                        .getSocketFactory()
                                        .createSocket("127.0.0.1", tlsPort(daemon))) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatExceptionOfType(SSLException.class).isThrownBy(socket::startHandshake);
        }
    }

    @Test
    void whoeverSaysNothingIsSentAwayAndKeepsOthersOutOnlySoLong() throws Exception {
        String limits = "\"handshake_timeout\": \"300ms\", \"max_handshakes\": 1";
        try (TestDaemon daemon = TestDaemon.start(settings(limits));
                Socket silent = connect(daemon)) {
            Eventually.await(() -> {
                try (Socket second = connect(daemon)) {
                    assertThat(second.getInputStream().read()).isEqualTo(-1);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            daemon.awaitMetric("culvert_tls_handshakes_total{outcome=\"timed_out\"}", 1);
            daemon.awaitMetric("culvert_tls_handshakes_total{outcome=\"refused\"}", it -> it >= 1);
            assertThat(get(daemon, false).statusCode()).isEqualTo(200);
        }
    }

    private static Socket connect(TestDaemon daemon) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), tlsPort(daemon));
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    void refusesToStartWithFilesThatCannotBeUsedAndNamesTheKey() throws Exception {
        Files.writeString(key, "-----BEGIN RSA PRIVATE KEY-----\n");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TestDaemon.start(settings("")))
                .withMessage(
                        "http.tls.key: %s is not PKCS#8: convert it with openssl pkcs8 -topk8"
                                + " -nocrypt -in %s",
                        key, key);
        Files.writeString(key, certificates.key("client"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TestDaemon.start(settings("")))
                .withMessageStartingWith(
                        "http.tls.key: %s and the certificate %s cannot be used together: the key"
                                + " is that of another certificate",
                        key, cert);
        Files.delete(cert);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TestDaemon.start(settings("")))
                .withMessage("http.tls.cert: %s cannot be read: there is no such file", cert);
    }
}
