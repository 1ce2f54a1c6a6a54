package dev.culvert.daemon.http.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An issuer and what it issued, made by the JDK's keytool: each call of it takes half a second. */
public final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final KeyStore store;

    /** Makes an issuer. */
    public TestCertificates(Path directory) throws Exception {
        Path file = Files.createTempFile(directory, "keys", ".p12");
        Files.delete(file);
        keytool(file, "issuer", "CN=issuer", "-ext", "bc:c");
        keytool(
                file,
                "server",
                "CN=localhost",
                "-signer",
                "issuer",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "30");
        keytool(
                file,
                "client",
                "CN=ci",
                "-signer",
                "issuer",
                "-ext",
                "san=dns:ci.example,email:ci@example.org,uri:spiffe://example/ci");
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
    }

    private static void keytool(Path file, String alias, String name, String... more)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-keystore",
                                file.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD),
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-alias",
                                alias,
                                "-dname",
                                name));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("keytool: " + said);
        }
    }

    /** The certificate of {@code alias} and those of its issuers. */
    public String chain(String alias) throws GeneralSecurityException {
        StringBuilder pem = new StringBuilder();
        for (Certificate certificate : store.getCertificateChain(alias)) {
            pem.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return pem.toString();
    }

    /** In PKCS#8. */
    public String key(String alias) throws GeneralSecurityException {
        Key key = store.getKey(alias, PASSWORD);
        return pem("PRIVATE KEY", key.getEncoded());
    }

    X509Certificate certificate(String alias) throws GeneralSecurityException {
        return (X509Certificate) store.getCertificate(alias);
    }

    private static String pem(String what, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(bytes);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
    }

    /** Of a server that shows its certificate. */
    public SSLContext server() throws GeneralSecurityException, IOException {
        KeyStore shown = KeyStore.getInstance("PKCS12");
        shown.load(null, PASSWORD);
        shown.setKeyEntry(
                "server",
                store.getKey("server", PASSWORD),
                PASSWORD,
                store.getCertificateChain("server"));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(shown, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** Of a client that trusts the issuer, and shows nothing or the certificate of its own. */
    public SSLContext client(boolean withCertificate) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("issuer", store.getCertificate("issuer"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManager[] own = {};
        if (withCertificate) {
            KeyStore shown = KeyStore.getInstance("PKCS12");
            shown.load(null, PASSWORD);
            shown.setKeyEntry(
                    "client",
                    store.getKey("client", PASSWORD),
                    PASSWORD,
                    store.getCertificateChain("client"));
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(shown, PASSWORD);
            own = keys.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own, trust.getTrustManagers(), null);
        return context;
    }
}
