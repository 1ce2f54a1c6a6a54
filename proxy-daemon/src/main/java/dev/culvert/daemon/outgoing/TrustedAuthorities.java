package dev.culvert.daemon.outgoing;

import dev.culvert.io.FileTrouble;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The authorities that certificates of servers are checked by: those of a file, else those of the
 * system, else those of the Java runtime. A file is read again when it has changed. Blocks; safe
 * for all threads.
 */
public final class TrustedAuthorities {
    /** Where systems keep theirs: Debian and its relatives, then Red Hat's, then Alpine. */
    private static final List<Path> OF_THE_SYSTEM =
            List.of(
                    Path.of("/etc/ssl/certs/ca-certificates.crt"),
                    Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
                    Path.of("/etc/ssl/cert.pem"));

    private static final int MOST_FILES = 100;

    private record Known(FileTime changed, SslContext context) {}

    private final List<Path> ofTheSystem;
    private final Map<Path, Known> known = new HashMap<>();
    private @Nullable SslContext ofTheRuntime;

    public TrustedAuthorities() {
        this(OF_THE_SYSTEM);
    }

    TrustedAuthorities(List<Path> ofTheSystem) {
        this.ofTheSystem = List.copyOf(ofTheSystem);
    }

    /**
     * For connections to servers.
     *
     * @param file PEM; without one, the authorities of the system
     * @throws IOException one clause, when the file has no certificates
     */
    public synchronized SslContext of(Optional<Path> file) throws IOException {
        Optional<Path> used =
                file.or(() -> ofTheSystem.stream().filter(Files::isReadable).findFirst());
        if (used.isPresent()) {
            return ofFile(used.get());
        }
        SslContext before = ofTheRuntime;
        if (before == null) {
            before = client().build();
            ofTheRuntime = before;
        }
        return before;
    }

    private SslContext ofFile(Path file) throws IOException {
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            Known before = known.get(file);
            if (before != null && before.changed().equals(changed)) {
                return before.context();
            }
            SslContext context = client().trustManager(certificates(file)).build();
            if (known.size() >= MOST_FILES) {
                known.clear();
            }
            known.put(file, new Known(changed, context));
            return context;
        } catch (CertificateException | SSLException e) {
            throw new IOException(
                    file + " has no certificate in PEM that can be trusted: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + FileTrouble.why(e), e);
        }
    }

    private static SslContextBuilder client() {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm("HTTPS");
    }

    private static List<X509Certificate> certificates(Path file)
            throws IOException, CertificateException {
        try (InputStream pem = Files.newInputStream(file)) {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (all.isEmpty()) {
                throw new CertificateException("it is empty");
            }
            return all;
        }
    }
}
