package dev.culvert.checks;

import dev.culvert.io.Quoted;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * What a server's certificate says.
 *
 * @param subject quoted
 * @param issuer quoted
 */
public record Certificate(String subject, String issuer, Instant notBefore, Instant notAfter) {
    static Certificate of(X509Certificate certificate) {
        return new Certificate(
                Quoted.cut(certificate.getSubjectX500Principal().getName(), 256),
                Quoted.cut(certificate.getIssuerX500Principal().getName(), 256),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }
}
