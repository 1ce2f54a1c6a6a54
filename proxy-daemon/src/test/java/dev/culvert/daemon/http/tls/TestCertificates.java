package dev.culvert.daemon.http.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.testing.TestCertificate;
import dev.culvert.testing.TestCertificate.Validity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An issuer and what it issued. */
public final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final KeyStore store;

    /** Makes an issuer. */
    public TestCertificates() throws GeneralSecurityException, IOException {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, PASSWORD);
        TestCertificate issuer = TestCertificate.issuer("issuer");
        keep("issuer", issuer);
        keep(
                "server",
                issuer.issue("localhost", Validity.days(30), "dns:localhost", "ip:127.0.0.1"));
        keep(
                "client",
                issuer.issue(
                        "ci",
                        TestCertificate.USUAL,
                        "dns:ci.example",
                        "email:ci@example.org",
                        "uri:spiffe://example/ci"));
    }

    private void keep(String alias, TestCertificate made) throws GeneralSecurityException {
        store.setKeyEntry(
                alias,
                made.keys().getPrivate(),
                PASSWORD,
                made.chain().toArray(Certificate[]::new));
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
