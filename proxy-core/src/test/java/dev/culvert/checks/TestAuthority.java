package dev.culvert.checks;

import dev.culvert.testing.TestCertificate;
import dev.culvert.testing.TestCertificate.Validity;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An issuer of certificates. */
final class TestAuthority {
    private static final String[] HERE = {"dns:localhost", "ip:127.0.0.1"};

    private final TestCertificate issuer = TestCertificate.issuer("Test authority");
    private final Map<String, TestCertificate> issued =
            Map.of(
                    "good",
                    issuer.issue("localhost", TestCertificate.USUAL, HERE),
                    "expired",
                    issuer.issue(
                            "localhost",
                            new Validity(Duration.ofDays(-30), Duration.ofDays(10)),
                            HERE),
                    "future",
                    issuer.issue(
                            "localhost",
                            new Validity(Duration.ofDays(30), Duration.ofDays(90)),
                            HERE),
                    "other",
                    issuer.issue("other", TestCertificate.USUAL, "dns:other.example"));
    private final Path folder;

    TestAuthority(Path folder) {
        this.folder = folder;
    }

    /** Its own certificate, as a file in PEM. */
    Path file() throws Exception {
        String text = Base64.getMimeEncoder().encodeToString(issuer.certificate().getEncoded());
        return Files.writeString(
                folder.resolve("authority.pem"),
                "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
    }

    /** A listener on loopback that shows the certificate of that alias. */
    ServerSocket listen(String alias) throws Exception {
        TestCertificate shown = Objects.requireNonNull(issued.get(alias));
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        char[] password = "changeit".toCharArray();
        one.setKeyEntry(
                alias,
                shown.keys().getPrivate(),
                password,
                shown.chain().toArray(Certificate[]::new));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(one, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }
}
