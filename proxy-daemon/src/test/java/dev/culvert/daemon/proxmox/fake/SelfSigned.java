package dev.culvert.daemon.proxmox.fake;

import dev.culvert.testing.TestCertificate;
import dev.culvert.testing.TestCertificate.Validity;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A key and its certificate, as each node of Proxmox has one that no authority of the system knows.
 */
record SelfSigned(KeyPair keys, X509Certificate certificate) {
    private static final Validity SINCE_YESTERDAY =
            new Validity(Duration.ofDays(-1), Duration.ofDays(366));

    static SelfSigned of(String name) {
        TestCertificate made =
                TestCertificate.selfSigned(
                        name, SINCE_YESTERDAY, "dns:localhost", "dns:" + name, "ip:127.0.0.1");
        return new SelfSigned(made.keys(), made.certificate());
    }

    /** As Proxmox shows it: SHA-256 in pairs of capital letters, with colons between. */
    String fingerprint() {
        try {
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String pem() {
        try {
            return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                    .formatted(
                            Base64.getMimeEncoder(64, new byte[] {'\n'})
                                    .encodeToString(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
