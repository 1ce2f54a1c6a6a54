package dev.culvert.daemon.http.tls;

import dev.culvert.daemon.config.TlsSettings;
import dev.culvert.daemon.config.TlsSettings.ClientAuth;
import dev.culvert.io.FileTrouble;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Reads the files of {@code http.tls} into what listeners use. Blocks. */
final class PemFiles {
    private static final String PKCS1 = "-----BEGIN RSA PRIVATE KEY-----";
    private static final String SEC1 = "-----BEGIN EC PRIVATE KEY-----";
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
    private static final String ENCRYPTED = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

    /** Those of TLS 1.3, and of TLS 1.2 those that HTTP/2 does not forbid (RFC 9113, A). */
    private static final List<String> CIPHERS =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /**
     * What the files contain.
     *
     * @param expiry of the first certificate of the chain that expires
     */
    record Loaded(SslContext context, Instant expiry) {}

    private PemFiles() {}

    /**
     * Reads all of them.
     *
     * @throws IOException with one sentence that names the key and the file
     */
    static Loaded read(TlsSettings settings, List<String> protocols) throws IOException {
        Path certFile = settings.cert().orElseThrow();
        Path keyFile = settings.key().orElseThrow();
        List<X509Certificate> chain = certificates("http.tls.cert", certFile);
        PrivateKey key = key(keyFile, certFile, chain.getFirst());
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forServer(key, chain)
                            .sslProvider(SslProvider.JDK)
                            .protocols(versions(settings.minVersion()))
                            .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                            .applicationProtocolConfig(alpn(protocols))
                            .clientAuth(clientAuth(settings.clientAuth()));
            if (settings.clientAuth() != ClientAuth.NONE) {
                builder.trustManager(
                        certificates("http.tls.client_ca", settings.clientCa().orElseThrow()));
            }
            return new Loaded(builder.build(), expiry(chain));
        } catch (IllegalArgumentException | SSLException e) {
            throw notAPair(keyFile, certFile, reason(e), e);
        }
    }

    private static IOException notAPair(
            Path key, Path cert, String why, @Nullable Throwable cause) {
        return new IOException(
                "http.tls.key: %s and the certificate %s cannot be used together: %s"
                        .formatted(key, cert, why),
                cause);
    }

    private static Instant expiry(List<X509Certificate> chain) {
        return chain.stream()
                .map(it -> it.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    private static String[] versions(String minVersion) {
        return minVersion.equals("1.3")
                ? new String[] {"TLSv1.3"}
                : new String[] {"TLSv1.3", "TLSv1.2"};
    }

    private static ApplicationProtocolConfig alpn(List<String> protocols) {
        return new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocols);
    }

    private static io.netty.handler.ssl.ClientAuth clientAuth(ClientAuth wanted) {
        return switch (wanted) {
            case NONE -> io.netty.handler.ssl.ClientAuth.NONE;
            case OPTIONAL -> io.netty.handler.ssl.ClientAuth.OPTIONAL;
            case REQUIRE -> io.netty.handler.ssl.ClientAuth.REQUIRE;
        };
    }

    private static List<X509Certificate> certificates(String setting, Path file)
            throws IOException {
        byte[] pem = bytes(setting, file);
        try {
            Collection<?> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem));
            List<X509Certificate> all =
                    found.stream()
                            .filter(X509Certificate.class::isInstance)
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!all.isEmpty()) {
                return all;
            }
        } catch (CertificateException e) {
            throw notPem(setting, file, e);
        }
        throw notPem(setting, file, null);
    }

    private static IOException notPem(String setting, Path file, @Nullable Throwable cause) {
        return new IOException(
                "%s: %s contains no certificate in PEM: it takes -----BEGIN CERTIFICATE----- and what follows"
                        .formatted(setting, file),
                cause);
    }

    private static PrivateKey key(Path file, Path certFile, X509Certificate cert)
            throws IOException {
        String text = new String(bytes("http.tls.key", file), StandardCharsets.ISO_8859_1);
        if (text.contains(ENCRYPTED)) {
            throw new IOException(
                    "http.tls.key: %s is encrypted, and the daemon has no passphrase: decrypt it with openssl pkcs8 -topk8 -nocrypt, and let only the daemon's user read it"
                            .formatted(file));
        }
        if (text.contains(PKCS1) || text.contains(SEC1)) {
            throw new IOException(
                    "http.tls.key: %s is not PKCS#8: convert it with openssl pkcs8 -topk8 -nocrypt -in %s"
                            .formatted(file, file));
        }
        Matcher pem = PKCS8.matcher(text);
        if (!pem.find()) {
            throw new IOException(
                    "http.tls.key: %s contains no private key in PEM: it takes -----BEGIN PRIVATE KEY----- and what follows"
                            .formatted(file));
        }
        PublicKey theirs = cert.getPublicKey();
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
            PrivateKey key =
                    KeyFactory.getInstance(theirs.getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(der));
            if (!isPair(key, theirs)) {
                throw notAPair(file, certFile, "the key is that of another certificate", null);
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw notAPair(
                    file,
                    certFile,
                    "the key is broken, or of another kind than %s, the certificate's"
                            .formatted(theirs.getAlgorithm()),
                    e);
        }
    }

    /** Whether what the one signs the other verifies. */
    private static boolean isPair(PrivateKey key, PublicKey other) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        byte[] signed = signature.sign();
        signature.initVerify(other);
        return signature.verify(signed);
    }

    private static byte[] bytes(String setting, Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IOException(
                    "%s: %s cannot be read: %s".formatted(setting, file, FileTrouble.why(e)), e);
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName());
    }
}
