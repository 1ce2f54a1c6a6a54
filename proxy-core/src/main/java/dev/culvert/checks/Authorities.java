package dev.culvert.checks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates are trusted: those that the JDK knows, those of the machine, and those of a
 * file. They are read for each check, so that a change needs no restart.
 *
 * @param more certificates in PEM
 */
public record Authorities(Optional<Path> more) {
    /** Where distributions keep what their administrators trust; the first that exists counts. */
    private static final List<Path> OF_THE_MACHINE =
            List.of(
                    Path.of("/etc/ssl/certs/ca-certificates.crt"),
                    Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
                    Path.of("/etc/ssl/ca-bundle.pem"));

    public static final Authorities USUAL = new Authorities(Optional.empty());

    /** A set of authorities, read when it is asked. */
    interface Source {
        /** Null if there is none. */
        @Nullable X509ExtendedTrustManager read() throws IOException, GeneralSecurityException;
    }

    /** In the order in which they are asked. */
    List<Source> sources() {
        List<Source> sources = new ArrayList<>();
        sources.add(() -> managers(null));
        more.ifPresent(file -> sources.add(() -> of(file)));
        sources.add(() -> {
            for (Path file : OF_THE_MACHINE) {
                if (Files.isReadable(file)) {
                    return of(file);
                }
            }
            return null;
        });
        return sources;
    }

    private static X509ExtendedTrustManager of(Path file)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry(Integer.toString(store.size()), each);
            }
        }
        return managers(store);
    }

    private static X509ExtendedTrustManager managers(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager x509) {
                return x509;
            }
        }
        throw new GeneralSecurityException("Java has no trust manager for X.509");
    }
}
